using System.Text.Json.Nodes;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Json;
using LiMaml.Models.Network;

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
        Assert.Equal(Example().Weights["global.layers.0.bias"].Data, read.Weights["global.layers.0.bias"].Data);
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

    public static TheoryData<string, Action<Dictionary<string, NamedTensor>>> WrongWeights() => new()
    {
        { "tensor 'global.layers.0.bias', element 1: found NaN, expected a finite number", weights => ((float[])weights["global.layers.0.bias"].Data)[1] = float.NaN },
        { "tensor 'global.layers.0.bias': found none, expected F32 [8]", weights => weights.Remove("global.layers.0.bias") },
        { "tensor 'global.layers.0.bias': found F32 [7], expected F32 [8]", weights => weights["global.layers.0.bias"] = new([7], new float[7]) },
        { "tensor 'global.layers.0.bias': found F64 [8], expected F32 [8]", weights => weights["global.layers.0.bias"] = new([8], new double[8]) },
        { "found tensor 'global.layers.9.bias', expected only the parameters that the spec declares", weights => weights["global.layers.9.bias"] = new([8], new float[8]) },
    };

    [Theory]
    [MemberData(nameof(WrongWeights), DisableDiscoveryEnumeration = true)]
    public void ReadAndWrite_WrongWeights_SaysWhich(string message, Action<Dictionary<string, NamedTensor>> spoil)
    {
        using var folder = new TemporaryFolder();
        Example().Write(folder["a"]);
        var weights = new Dictionary<string, NamedTensor>(Example().Weights);
        spoil(weights);

        Assert.Contains(message, Assert.Throws<InvalidInputException>(() => (Example() with { Weights = weights }).Write(folder["b"])).Message, StringComparison.Ordinal);
        Assert.Equal([folder["a"]], Directory.GetFileSystemEntries(folder.Path));
        Safetensors.Write(Path.Combine(folder["a"], "weights.safetensors"), weights);
        Assert.Contains($"weights.safetensors: {message}", Assert.Throws<InvalidInputException>(() => Checkpoint.Read(folder["a"])).Message, StringComparison.Ordinal);
        Assert.Contains($"weights.safetensors: {message}", Assert.Throws<InvalidInputException>(() => StoredCheckpoint.Open(folder["a"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"formatVersion\": 1,\n  \"model\"", "\"formatVersion\": 2,\n  \"model\"", "spec.json: formatVersion: found 2, expected 1: a newer LiMaml wrote this checkpoint")]
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
        Parameters.Declare(Examples.Spec(), Examples.Schema()).ToDictionary(declaration => declaration.Name, Tensor));

    private static NamedTensor Tensor(ParameterDeclaration declaration) =>
        new([.. declaration.Shape], Enumerable.Range(0, (int)declaration.Shape.Aggregate(1L, (product, size) => product * size)).Select(index => index / 8f).ToArray());
}
