using LiMaml.Cli.Tests.Structure;
using LiMaml.Export;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Packages;
using LiMaml.Models.Snapshots;
using LiMaml.Runtime.Verification;
using LiMaml.Training.Handoff;

namespace LiMaml.Cli.Tests.Samples;

/// <summary>What earlier versions wrote, kept in models/samples, is read and computes the same today and ever after.</summary>
public sealed class SamplesTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "models", "samples");

    public static TheoryData<string> Versions => [.. Directory.GetDirectories(Folder).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];

    [Fact]
    public void Versions_AllThatEverWere_AreKept() =>
        Assert.Equal(Enumerable.Range(1, Manifest.CurrentFormatVersion).Select(version => $"v{version}"), Versions.Select(row => row.Data));

    [Theory]
    [MemberData(nameof(Versions))]
    public void Package_OfEachVersion_StillComputesWhatWasTrained(string version)
    {
        var report = Verifier.Verify(Path.Combine(Folder, version, "package"), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(6, report.Outputs.Count);
        Assert.All(report.Outputs, output => Assert.True(output.Passed, $"{output}"));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Checkpoint_OfEachVersion_IsExportedToThePackageOfItsTime(string version)
    {
        using var folder = new TemporaryFolder();
        var checkpoint = StoredCheckpoint.Open(Path.Combine(Folder, version, "checkpoint"));
        var mapped = HandoffRecorder.Record(checkpoint, largestCopy: 0);
        ModelExporter.Export(checkpoint, mapped, folder["package"], cancellation: TestContext.Current.CancellationToken);

        Assert.True(Verifier.Verify(folder["package"], cancellation: TestContext.Current.CancellationToken).Passed);
        Assert.Equal(ModelPackage.Open(Path.Combine(Folder, version, "package")).Manifest.WeightsSha256, ModelPackage.Open(folder["package"]).Manifest.WeightsSha256);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Snapshot_OfEachVersion_IsReadAndBelongsToItsPackage(string version)
    {
        using var snapshot = await SnapshotReader.OpenAsync(Path.Combine(Folder, version, "embeddings.parquet"), TestContext.Current.CancellationToken);

        Assert.Equal(ModelPackage.Open(Path.Combine(Folder, version, "package")).Manifest.BundleId, snapshot.Info.BundleId);
        var keys = new List<string>();
        await foreach (var rows in snapshot.ReadAsync(TestContext.Current.CancellationToken))
        {
            keys.AddRange(rows.Keys);
        }

        Assert.Equal(["ann", "bob"], keys);
    }

    [Fact]
    public void Record_OfACheckpointOnDisk_EqualsThatOfOneInMemory()
    {
        var path = Path.Combine(Folder, "v1", "checkpoint");
        var expected = HandoffRecorder.Record(Checkpoint.Read(path));

        foreach (var largestCopy in new[] { 0, 1L << 30 })
        {
            var found = HandoffRecorder.Record(StoredCheckpoint.Open(path), largestCopy: largestCopy);
            Assert.Equal(expected.Select(recorded => (recorded.Graph, recorded.Name)), found.Select(recorded => (recorded.Graph, recorded.Name)));
            Assert.All(expected.Zip(found), pair => Assert.All(pair.First.Outputs, output =>
                Assert.All(((float[])output.Value.Data).Zip((float[])pair.Second.Outputs[output.Key].Data), values => Assert.Equal(values.First, values.Second, 1e-6f))));
        }
    }
}
