using LiMaml.Models;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Packages;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Verification;

/// <summary>Replays what training recorded for a package's graphs, and compares.</summary>
public static class Verifier
{
    /// <summary>Runs every graph of a package on its recorded inputs.</summary>
    /// <param name="packageFolder">The package.</param>
    /// <param name="tolerance">Largest error allowed, see <see cref="OutputVerification.LargestError"/>; that of each output in the manifest where null.</param>
    /// <param name="options">How the graphs are executed; the defaults where null.</param>
    /// <param name="cancellation">Stops between two runs.</param>
    /// <returns>What came of it; errors beyond the tolerance are in the report, not thrown.</returns>
    /// <exception cref="InvalidInputException">
    /// The package is malformed or was changed, a graph disagrees with the manifest, a recorded case has a shape that the
    /// graph does not take, or an option is out of range.
    /// </exception>
    public static VerificationReport Verify(
        string packageFolder, double? tolerance = null, GraphOptions? options = null, CancellationToken cancellation = default)
    {
        if (tolerance is { } given && !(given >= 0))
        {
            throw new InvalidInputException(nameof(tolerance), $"{given}", "0 or more");
        }

        var package = ModelPackage.Open(packageFolder);
        var cases = package.ReadHandoff().ToLookup(recorded => recorded.Graph);
        var outputs = new List<OutputVerification>();
        var providers = new List<ProviderChoice>();
        foreach (var graph in package.Manifest.Graphs)
        {
            using var session = GraphSession.Open(package, graph, options);
            providers.Add(session.Provider);
            outputs.AddRange(Verify(session, cases[graph.Name], tolerance, cancellation));
        }

        return new VerificationReport(package.Manifest.BundleId, ProviderChoice.Least(providers), outputs);
    }

    private static IEnumerable<OutputVerification> Verify(
        GraphSession session, IEnumerable<HandoffCase> cases, double? tolerance, CancellationToken cancellation)
    {
        var reports = session.Graph.Outputs.ToDictionary(
            output => output.Name,
            output => new OutputVerification(session.Graph.Name, output.Name, 0, 0, "", tolerance ?? output.Tolerance));
        using var batch = session.Rent();
        foreach (var recorded in cases)
        {
            cancellation.ThrowIfCancellationRequested();
            RecordedRun.Run(recorded, session.Graph, batch);
            foreach (var (name, expected) in recorded.Outputs)
            {
                reports[name] = Compare(reports[name], recorded, expected, batch);
            }
        }

        return session.Graph.Outputs.Select(output => reports[output.Name]);
    }

    private static OutputVerification Compare(OutputVerification report, HandoffCase recorded, NamedTensor expected, GraphBatch batch)
    {
        var where = $"handoff case '{recorded.Graph}/{recorded.Name}', output '{report.Output}'";
        var values = expected.Float32(where, [.. batch.Shape(report.Output)]);
        var error = Error(batch.Float32(report.Output), values);
        return error > report.LargestError || report.CaseCount == 0
            ? report with { CaseCount = report.CaseCount + 1, LargestError = error, WorstCase = recorded.Name }
            : report with { CaseCount = report.CaseCount + 1 };
    }

    /// <summary>The largest |a − b| ÷ max(1, |b|); equal non-finite values count as 0, others as infinite.</summary>
    private static double Error(ReadOnlySpan<float> found, ReadOnlySpan<float> expected)
    {
        var largest = 0.0;
        for (var element = 0; element < found.Length; element++)
        {
            var (a, b) = ((double)found[element], (double)expected[element]);
            var error = a.Equals(b) ? 0 : Math.Abs(a - b) / Math.Max(1, Math.Abs(b));
            largest = Math.Max(largest, double.IsFinite(error) ? error : double.PositiveInfinity);
        }

        return largest;
    }
}
