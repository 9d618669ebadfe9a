using LiMaml.Models.Checkpoints;
using LiMaml.Models.Json;
using LiMaml.Models.Packages;
using LiMaml.Models.Specs;

namespace LiMaml.Models.Tests.Packages;

public sealed class ModelPackageTests
{
    [Fact]
    public void Open_WhatWasWritten_ComesBack()
    {
        using var folder = new TemporaryFolder();
        var manifest = PackageExample.Write(folder["package"]);

        var package = ModelPackage.Open(folder["package"]);

        Assert.Equal(ContractJson.Serialize(manifest), ContractJson.Serialize(package.Manifest));
        Assert.Equal("global", package.Global.Name);
        Assert.Equal("adapt", package.Adapt("member").Name);
        Assert.Equal("not a graph", File.ReadAllText(package.PathOf(package.Meta("member"))));
        Assert.Equal(7, package.Manifest.Files.Count);
        Assert.Equal([("adapt", "many"), ("adapt", "none"), ("global", "one"), ("meta", "one")], package.ReadHandoff().Select(handoff => (handoff.Graph, handoff.Name)));
        Assert.Equal(new float[] { 3 }, package.ReadHandoff()[0].Outputs["meta_embedding"].Data);
        Assert.Equal([folder["package"]], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Complete_SameContentsTwice_GivesTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        PackageExample.Write(folder["a"]);
        PackageExample.Write(folder["b"]);

        foreach (var path in Directory.EnumerateFiles(folder["a"], "*", SearchOption.AllDirectories))
        {
            Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(Path.Combine(folder["b"], Path.GetRelativePath(folder["a"], path))));
        }
    }

    [Fact]
    public void Meta_UnknownTask_ListsThoseThereAre()
    {
        using var folder = new TemporaryFolder();
        PackageExample.Write(folder["package"]);

        Assert.Contains("found 'nobody', expected one of member", Assert.Throws<InvalidInputException>(() => ModelPackage.Open(folder["package"]).Meta("nobody")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_OverPackage_ReplacesItOnlyWhenAsked()
    {
        using var folder = new TemporaryFolder();
        PackageExample.Write(folder["package"]);

        Assert.Throws<InvalidInputException>(() => PackageExample.Write(folder["package"]));
        PackageExample.Write(folder["package"], contents => contents with { Opset = 14 }, overwrite: true);

        Assert.Equal(14, ModelPackage.Open(folder["package"]).Manifest.Opset);
    }

    public static TheoryData<string, Action<string>> Damage() => new()
    {
        { "found no folder, expected a model package", package => Directory.Delete(package, recursive: true) },
        { "manifest.json: found no file", package => File.Delete(Path.Combine(package, "manifest.json")) },
        { "model.onnx: found no file, expected 11 bytes", package => File.Delete(Path.Combine(package, "global", "1", "model.onnx")) },
        { "model.onnx: found 12 bytes, expected 11, as manifest.json says", package => File.WriteAllText(Path.Combine(package, "global", "1", "model.onnx"), "not a graph!") },
        { "model.onnx: found SHA-256 ", package => File.WriteAllText(Path.Combine(package, "global", "1", "model.onnx"), "not a Graph") },
        { "found the file 'global/2/model.onnx', expected only files that manifest.json lists", package => AddFile(Path.Combine(package, "global", "2", "model.onnx")) },
        { "model.onnx: found a link", package => Link(Path.Combine(package, "global", "1", "model.onnx")) },
        { "manifest.json: formatVersion: found 9, expected 1: a newer LiMaml wrote this model package; read it with that version or a later one, or export its checkpoint again with this one.", Edit("\"formatVersion\": 1,\n  \"bundleId\"", "\"formatVersion\": 9,\n  \"bundleId\"") },
        { "manifest.json: formatVersion: found 2, expected 1: a newer", Edit("\"formatVersion\": 1,\n  \"bundleId\"", "\"laterMember\": {},\n  \"formatVersion\": 2,\n  \"bundle\"") },
        { "manifest.json: formatVersion: found 0, expected 1.", Edit("\"formatVersion\": 1,\n  \"bundleId\"", "\"formatVersion\": 0,\n  \"bundleId\"") },
        { "manifest.json: bundleId: found '", Edit("\"bundleId\": \"", "\"bundleId\": \"0") },
        { "manifest.json: bundleId: found '", Edit("\"stepSize\": 0.3", "\"stepSize\": 0.4") },
        { "manifest.json: schema: features[0].name: found 'label'", Edit("\"name\": \"age\"", "\"name\": \"label\"") },
        { "manifest.json: model: metaBlocks[0] 'member'.embeddingSize: found 0", Edit("\"embeddingSize\": 4", "\"embeddingSize\": 0") },
        { "files[0].path: found '../x', expected a relative path inside the package", Edit("\"path\": \"adapt/1/model.onnx\",\n      \"bytes\"", "\"path\": \"../x\",\n      \"bytes\"") },
        { "files[0].path: found '/etc/passwd', expected a relative path inside the package", Edit("\"path\": \"adapt/1/model.onnx\",\n      \"bytes\"", "\"path\": \"/etc/passwd\",\n      \"bytes\"") },
        { "files: found 'adapt/config.pbtxt' more than once", Edit("\"path\": \"adapt/1/model.onnx\",\n      \"bytes\"", "\"path\": \"adapt/config.pbtxt\",\n      \"bytes\"") },
        { "graphs[0] 'global'.path: found 'elsewhere/1/model.onnx', expected a path listed in files", Edit("\"path\": \"global/1/model.onnx\",\n      \"inputs\"", "\"path\": \"elsewhere/1/model.onnx\",\n      \"inputs\"") },
        { "weightsSha256: found '", Edit("\"weightsSha256\": \"", "\"weightsSha256\": \"X") },
        { "files[0].sha256: found '", Edit("\"sha256\": \"", "\"sha256\": \"X") },
        { "files[0].bytes: found -11, expected 0 or more", Edit("\"bytes\": 11", "\"bytes\": -11") },
        { "$.graphs[0].kind: found \"universal\", expected one of global, meta, adapt.", Edit("\"kind\": \"global\"", "\"kind\": \"universal\"") },
        { "$.signature: found an unknown member", Edit("\"opset\"", "\"signature\": 1, \"opset\"") },
    };

    [Theory]
    [MemberData(nameof(Damage), DisableDiscoveryEnumeration = true)]
    public void Open_DamagedPackage_SaysWhat(string message, Action<string> damage)
    {
        using var folder = new TemporaryFolder();
        PackageExample.Write(folder["package"]);
        damage(folder["package"]);

        Assert.Contains(message, Assert.Throws<InvalidInputException>(() => ModelPackage.Open(folder["package"])).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, Func<PackageContents, PackageContents>> WrongContents() => new()
    {
        { "graphs: found 0 of kind adapt for task 'member', expected exactly one", contents => contents with { Graphs = [.. contents.Graphs.Take(2)] } },
        { "graphs: found 0 of kind global, expected exactly one", contents => contents with { Graphs = [.. contents.Graphs.Skip(1)] } },
        { "graphs: found 2 of kind meta for task 'member', expected exactly one", contents => contents with { Graphs = [.. contents.Graphs, contents.Graphs[1] with { Name = "meta-2" }] } },
        { "graphs: found 4 graphs, expected 3", contents => contents with { Graphs = [.. contents.Graphs, contents.Graphs[1] with { Name = "meta-2", Task = "other" }] } },
        { "graphs: found 'global' more than once", contents => contents with { Graphs = [contents.Graphs[0], contents.Graphs[0]] } },
        { "graphs[0].name: found 'a/b'", With(graph => graph with { Name = "a/b" }) },
        { "graphs[0] 'global'.outputs: found none, expected at least one", With(graph => graph with { Outputs = [] }) },
        { "graphs[0] 'global'.outputs 'probability'.tolerance: found NaN", With(graph => graph with { Outputs = [graph.Outputs[0] with { Tolerance = double.NaN }] }) },
        { "graphs[0] 'global'.inputs: found 'meta_embedding' more than once", With(graph => graph with { Inputs = [graph.Inputs[0], graph.Inputs[0]] }) },
        { "graphs[0] 'global'.inputs 'meta_embedding'.axes: found 'columns', expected rows, tasks, support or a size above 0", With(graph => graph with { Inputs = [graph.Inputs[0] with { Axes = ["columns"] }] }) },
        { "graphs[0] 'global'.inputs 'meta_embedding'.axes: found '0'", With(graph => graph with { Inputs = [graph.Inputs[0] with { Axes = ["0"] }] }) },
        { "graphs[0] 'global'.inputs 'meta_embedding'.features: found 'height'", With(graph => graph with { Inputs = [graph.Inputs[0] with { Features = ["height"] }] }) },
        { "weightsSha256: found 'abc'", contents => contents with { WeightsSha256 = "abc" } },
        { "opset: found 0", contents => contents with { Opset = 0 } },
        { "irVersion: found 0", contents => contents with { IrVersion = 0 } },
    };

    [Theory]
    [MemberData(nameof(WrongContents), DisableDiscoveryEnumeration = true)]
    public void Complete_WrongContents_SaysWhatAndLeavesNothing(string message, Func<PackageContents, PackageContents> spoil)
    {
        using var folder = new TemporaryFolder();

        Assert.Contains(message, Assert.Throws<InvalidInputException>(() => PackageExample.Write(folder["package"], spoil)).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/x")]
    [InlineData("a/../../x")]
    [InlineData("a\\x")]
    [InlineData("a//x")]
    [InlineData("C:/x")]
    [InlineData("./x")]
    [InlineData("")]
    public void AddFile_PathThatEscapes_IsRefused(string path)
    {
        using var folder = new TemporaryFolder();
        using var writer = ModelPackageWriter.Create(folder["package"]);

        Assert.Contains($"found '{path}', expected a relative path inside the package", Assert.Throws<InvalidInputException>(() => writer.AddFile(path, new byte[1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddFile_SecondTime_IsRefused()
    {
        using var folder = new TemporaryFolder();
        using var writer = ModelPackageWriter.Create(folder["package"]);
        writer.AddFile("a", new byte[1]);

        Assert.Contains("found 'a' a second time", Assert.Throws<InvalidInputException>(() => writer.AddFile("a", new byte[1])).Message, StringComparison.Ordinal);
        Assert.Contains("found 'manifest.json' a second time", Assert.Throws<InvalidInputException>(() => writer.AddFile("manifest.json", new byte[1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Complete_WithoutHandoff_IsRefused()
    {
        using var folder = new TemporaryFolder();
        using var writer = ModelPackageWriter.Create(folder["package"]);

        Assert.Contains("found no handoff.safetensors", Assert.Throws<InvalidInputException>(() => writer.Complete(PackageExample.Contents())).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, IReadOnlyList<HandoffCase>> WrongCases() => new()
    {
        { "nothing/one: found graph 'nothing', expected one of global, meta, adapt", [.. PackageExample.Cases(), PackageExample.Case("nothing", "one", ["x"], ["y"])] },
        { "meta/one: inputs: found dense, other, expected dense", [PackageExample.Case("meta", "one", ["dense", "other"], ["meta_embedding"])] },
        { "global/one: inputs: found meta_embedding, expected meta_embedding, categorical", [PackageExample.Case("global", "one", ["meta_embedding"], ["probability"])] },
        { "meta/one: outputs: found logit, expected some of meta_embedding", [PackageExample.Case("meta", "one", ["dense"], ["logit"])] },
        { "found no case for graph 'adapt', expected at least one for each graph", [.. PackageExample.Cases().Where(handoff => handoff.Graph != "adapt")] },
    };

    [Theory]
    [MemberData(nameof(WrongCases), DisableDiscoveryEnumeration = true)]
    public void ReadHandoff_CasesThatDoNotFitTheGraphs_SaysWhat(string message, IReadOnlyList<HandoffCase> cases)
    {
        using var folder = new TemporaryFolder();
        PackageExample.Write(folder["package"], cases: cases);

        Assert.Contains(message, Assert.Throws<InvalidInputException>(() => ModelPackage.Open(folder["package"]).ReadHandoff()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compute_AnyPartChanged_GivesAnotherId()
    {
        var (model, schema, a, b) = (Examples.Spec(), Examples.Schema(), new string('a', 64), new string('b', 64));
        var id = BundleId.Compute(model, schema, a, b);

        Assert.Matches("^[0-9a-f]{32}$", id);
        Assert.Equal(id, BundleId.Compute(Examples.Spec(), Examples.Schema(), a, b));
        Assert.Equal(5, new[]
        {
            id,
            BundleId.Compute(model with { FineTuning = new InnerLoopSpec { Steps = 7 } }, schema, a, b),
            BundleId.Compute(model, schema with { Name = "other" }, a, b),
            BundleId.Compute(model, schema, b, b),
            BundleId.Compute(model, schema, a, a),
        }.Distinct().Count());
    }

    [Fact]
    public void HashWeights_IsTheHashOfTheFile()
    {
        using var folder = new TemporaryFolder();
        var weights = new Dictionary<string, NamedTensor> { ["b"] = new([2], new float[] { 1, 2 }), ["a"] = new([0], Array.Empty<int>()) };
        Safetensors.Write(folder["w"], weights);

        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(folder["w"]))), BundleId.HashWeights(weights));
    }

    private static Action<string> Edit(string old, string with) => package =>
    {
        var path = Path.Combine(package, "manifest.json");
        var text = File.ReadAllText(path);
        var at = text.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at >= 0, $"the manifest has no {old}");
        File.WriteAllText(path, text[..at] + with + text[(at + old.Length)..]);
    };

    private static Func<PackageContents, PackageContents> With(Func<PackageGraph, PackageGraph> change) =>
        contents => contents with { Graphs = [change(contents.Graphs[0]), .. contents.Graphs.Skip(1)] };

    private static void AddFile(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");
    }

    private static void Link(string path)
    {
        File.Delete(path);
        File.CreateSymbolicLink(path, Path.Combine(Path.GetDirectoryName(path)!, "..", "config.pbtxt"));
    }
}
