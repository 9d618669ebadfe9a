using LiMaml.Cli.Tests.Handoff;
using LiMaml.Export;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Packages;
using LiMaml.Models.Specs;
using LiMaml.Training.Handoff;

namespace LiMaml.Cli.Tests.Conformance;

/// <summary>Packages of the <see cref="SampleSpecs"/>; tests that damage one damage a fresh one.</summary>
public sealed class SamplePackages : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public SamplePackages()
    {
        var all = SampleSpecs.All.Select(Record).ToList();
        Default =
        [
            .. Export("default", all, new ExportOptions()),
            .. Export("default", [all[0] with { Name = "constants-beside-the-graph" }], new ExportOptions { LargestMessageBytes = 1024 }),
        ];
        Widest = Export("widest", all, new ExportOptions { Profile = ExportProfile.Widest });
        Latest = Export("latest", all.Where(sample => sample.Name.StartsWith(nameof(StepRule), StringComparison.Ordinal)), new ExportOptions { Profile = ExportProfile.Latest });
        Numbers = Export("numbers", SampleSpecs.Dense.Select(Record), new ExportOptions { Profile = ExportProfile.Widest });
    }

    /// <summary>Folders of all, in the default profile; one more has its constants in a file beside each graph.</summary>
    public IReadOnlyList<string> Default { get; }

    /// <summary>The same for the widest choice of runtimes.</summary>
    public IReadOnlyList<string> Widest { get; }

    /// <summary>Some, in the latest versions.</summary>
    public IReadOnlyList<string> Latest { get; }

    /// <summary>Those whose global block reads numbers alone, for the widest choice of runtimes.</summary>
    public IReadOnlyList<string> Numbers { get; }

    public void Dispose() => folder.Dispose();

    /// <summary>A package that every runtime serves and that may be damaged, and a weight of its global graph.</summary>
    internal static (string Package, NamedTensor Weight) Fresh(TemporaryFolder folder)
    {
        var sample = Record(SampleSpecs.Dense.First());
        ModelExporter.Export(sample.Checkpoint, sample.Cases, folder["package"], new ExportOptions { Profile = ExportProfile.Widest });
        return (folder["package"], sample.Checkpoint.Weights["global.layers.0.weight"]);
    }

    private static Sample Record(KeyValuePair<string, ModelSpec> described)
    {
        var checkpoint = SampleCheckpoint.Of(described.Value);
        return new Sample(described.Key, checkpoint, HandoffRecorder.Record(checkpoint));
    }

    private List<string> Export(string group, IEnumerable<Sample> samples, ExportOptions options)
    {
        Directory.CreateDirectory(folder[group]);
        return
        [
            .. samples.Select(sample =>
            {
                var package = Path.Combine(folder[group], sample.Name);
                ModelExporter.Export(sample.Checkpoint, sample.Cases, package, options);
                return package;
            }),
        ];
    }

    private sealed record Sample(string Name, Checkpoint Checkpoint, IReadOnlyList<HandoffCase> Cases);
}
