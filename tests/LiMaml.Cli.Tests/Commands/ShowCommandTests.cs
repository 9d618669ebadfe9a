using LiMaml.Cli.Tests.Structure;

namespace LiMaml.Cli.Tests.Commands;

public sealed class ShowCommandTests : IDisposable
{
    private static readonly string Sample = Path.Combine(Repository.Root, "models", "samples", "v1");
    private static readonly string Package = Path.Combine(Sample, "package");

    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Show_Package_ListsGraphsTensorsAndFiles()
    {
        var text = await CommandRun.SucceedAsync("show", Package);

        Assert.Matches("^Bundle [0-9a-f]{32}, format 1, opset 13, IR version 7.\nModel of 'shop': LiMaml, member \\(meta embedding of 3\\), 6 features, Binary labels.\n", text);
        Assert.Matches("(?m)^adapt +in +support_categorical +int64 +\\[tasks, support, 1\\] +item$", text);
        Assert.Matches("(?m)^global +out +probability +float32 +\\[rows, 1\\]$", text);
        Assert.Matches("(?m)^global/1/model.onnx +[0-9]+$", text);
        Assert.Contains("provenance dataset: \"shop\"\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_GraphOfAPackage_EqualsItsFile()
    {
        var text = await CommandRun.SucceedAsync("show", Package, "--graph", "adapt");

        Assert.Equal(await CommandRun.SucceedAsync("show", Path.Combine(Package, "adapt", "1", "model.onnx")), text);
        Assert.StartsWith("graph adapt (opset 13, IR 7)\n  metadata limaml.bundle_id: ", text, StringComparison.Ordinal);
        Assert.Contains("  output meta_embedding, loss_before, loss_after\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_Checkpoint_ListsItsWeights() =>
        Assert.Matches("(?m)^global\\.encoder\\.item +5 × 2 +10$", await CommandRun.SucceedAsync("show", Path.Combine(Sample, "checkpoint")));

    [Fact]
    public async Task Show_WhatCannotBeShown_IsRefusedInOneLine()
    {
        Assert.Contains("'other', expected one of global, meta, adapt", (await CommandRun.OfAsync("show", Package, "--graph", "other")).AssertRefusal(), StringComparison.Ordinal);
        Assert.Contains("--graph: found 'adapt'", (await CommandRun.OfAsync("show", Path.Combine(Sample, "checkpoint"), "--graph", "adapt")).AssertRefusal(), StringComparison.Ordinal);
        Assert.Contains("found no folder", (await CommandRun.OfAsync("show", folder["nothing"])).AssertRefusal(), StringComparison.Ordinal);
        Assert.Contains("not an ONNX model, or only a part of one", (await CommandRun.OfAsync("show", folder.File("model.onnx", "something else"))).AssertRefusal(), StringComparison.Ordinal);
        Assert.Contains("a folder without spec.json", (await CommandRun.OfAsync("show", folder.Path)).AssertRefusal(), StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();
}
