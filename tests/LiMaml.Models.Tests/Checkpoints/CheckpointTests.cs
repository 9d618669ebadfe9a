using System.Text.Json.Nodes;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Json;

namespace LiMaml.Models.Tests.Checkpoints;

public sealed class CheckpointTests
{
    [Fact]
    public void Read_WhatWasWritten_ComesBackAndBytesRepeat()
    {
        using var folder = new TemporaryFolder();
        Example().Write(folder["a"]);

        var read = Checkpoint.Read(folder["a"]);
        read.Write(folder["b"]);

        Assert.Equal(ContractJson.Serialize(Examples.Spec()), ContractJson.Serialize(read.Model));
        Assert.Equal(ContractJson.Serialize(Examples.Schema()), ContractJson.Serialize(read.Schema));
        Assert.Equal(7, read.Provenance["seed"]!.GetValue<int>());
        Assert.Equal(new float[] { 1, 2 }, read.Weights["w"].Data);
        foreach (var file in new[] { "spec.json", "weights.safetensors" })
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(folder["a"], file)), File.ReadAllBytes(Path.Combine(folder["b"], file)));
        }
    }

    [Fact]
    public void Write_OverCheckpoint_ReplacesIt()
    {
        using var folder = new TemporaryFolder();
        Example().Write(folder["a"]);
        (Example() with { Provenance = new JsonObject { ["seed"] = 8 } }).Write(folder["a"]);

        Assert.Equal(8, Checkpoint.Read(folder["a"]).Provenance["seed"]!.GetValue<int>());
    }

    [Fact]
    public void Write_WeightThatIsNotFinite_IsRefusedAndNothingIsWritten()
    {
        using var folder = new TemporaryFolder();
        var broken = Example() with { Weights = new Dictionary<string, NamedTensor> { ["w"] = new([2], new[] { 1, float.NaN }) } };

        Assert.Contains("tensor 'w', element 1: found NaN", Assert.Throws<InvalidInputException>(() => broken.Write(folder["a"])).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("\"formatVersion\": 1,\n  \"model\"", "\"formatVersion\": 2,\n  \"model\"", "spec.json: formatVersion: found 2, expected 1.")]
    [InlineData("\"embeddingSize\": 4", "\"embeddingSize\": 0", "spec.json: model: metaBlocks[0] 'member'.embeddingSize: found 0")]
    [InlineData("\"name\": \"age\"", "\"name\": \"label\"", "spec.json: schema: features[0].name: found 'label'")]
    [InlineData("\"provenance\"", "\"origin\"", "spec.json: $.origin: found an unknown member, expected one of formatVersion, model, schema, provenance.")]
    public void Read_WrongSpec_SaysWhat(string old, string with, string message)
    {
        using var folder = new TemporaryFolder();
        Example().Write(folder["a"]);
        var path = Path.Combine(folder["a"], "spec.json");
        var text = File.ReadAllText(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(old, with, StringComparison.Ordinal));

        Assert.Contains(message, Assert.Throws<InvalidInputException>(() => Checkpoint.Read(folder["a"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MissingParts_SaysWhich()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("found no folder, expected a checkpoint", Assert.Throws<InvalidInputException>(() => Checkpoint.Read(folder["a"])).Message, StringComparison.Ordinal);
        Example().Write(folder["a"]);
        File.Delete(Path.Combine(folder["a"], "weights.safetensors"));
        Assert.Contains("weights.safetensors: found no file", Assert.Throws<InvalidInputException>(() => Checkpoint.Read(folder["a"])).Message, StringComparison.Ordinal);
    }

    private static Checkpoint Example() => new(
        Examples.Spec(),
        Examples.Schema(),
        new JsonObject { ["seed"] = 7, ["data"] = "example" },
        new Dictionary<string, NamedTensor> { ["w"] = new([2], new float[] { 1, 2 }) });
}
