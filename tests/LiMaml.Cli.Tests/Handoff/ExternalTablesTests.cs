using LiMaml.Export;
using LiMaml.Models;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Packages;
using LiMaml.Runtime.Scoring;
using LiMaml.Runtime.Verification;
using LiMaml.Training.Handoff;

namespace LiMaml.Cli.Tests.Handoff;

/// <summary>Tables too large for a message, with a limit that is lowered: from the checkpoint's file to the runtime.</summary>
public sealed class ExternalTablesTests
{
    [Fact]
    public void Package_WithTablesBesideItsGraphs_ComputesWhatWasTrained()
    {
        using var folder = new TemporaryFolder();
        var package = Export(folder);

        Assert.Superset(
            new HashSet<string> { "adapt/1/model.onnx.data", "global/1/model.onnx.data" },
            package.Manifest.Files.Where(file => file.Bytes > 0).Select(file => file.Path).ToHashSet());
        Assert.True(Verifier.Verify(package.Folder, cancellation: TestContext.Current.CancellationToken).Passed);
        using var scorer = Scorer.Open(package);
        Assert.Equal(package.Manifest.BundleId, scorer.BundleId);
    }

    [Fact]
    public void Package_WhoseTablesAreMissing_IsRefusedByName()
    {
        using var folder = new TemporaryFolder();
        var package = Export(folder);
        File.Delete(Path.Combine(package.Folder, "global", "1", "model.onnx.data"));

        var fault = Assert.Throws<InvalidInputException>(() => Verifier.Verify(package.Folder, cancellation: TestContext.Current.CancellationToken));

        Assert.Contains("model.onnx.data: found no file", fault.Message, StringComparison.Ordinal);
    }

    private static ModelPackage Export(TemporaryFolder folder)
    {
        var global = SampleCheckpoint.DefaultSpec.Global with { Layers = [new(48), new(32)] };
        SampleCheckpoint.Of(SampleCheckpoint.DefaultSpec with { Global = global }).Write(folder["checkpoint"]);
        var checkpoint = StoredCheckpoint.Open(folder["checkpoint"]);
        var handoff = HandoffRecorder.Record(checkpoint, largestCopy: 1024);
        ModelExporter.Export(checkpoint, handoff, folder["package"], new ExportOptions { LargestMessageBytes = 4096 }, cancellation: TestContext.Current.CancellationToken);
        return ModelPackage.Open(folder["package"]);
    }
}
