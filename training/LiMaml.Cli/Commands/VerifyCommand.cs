using System.CommandLine;
using System.Globalization;
using LiMaml.Cli.Arguments;
using LiMaml.Cli.Display;
using LiMaml.Cli.Runtimes;
using LiMaml.Runtime.Graphs;
using LiMaml.Runtime.Verification;

namespace LiMaml.Cli.Commands;

/// <summary><c>limaml verify</c>: does the package compute what was trained?</summary>
internal static class VerifyCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var packages = new Option<string[]>("--package", "-p")
        {
            Description = "Folder of a model package (made by 'limaml export'); several may follow, or be given with --package each.",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
            HelpName = "folder",
        };
        var runtimes = Choice.Several(
            "--runtime",
            "What runs the graphs; several give a table of graphs by runtimes. Those but onnxruntime are programs of others that share no code with it (opencv: the global graph of models without categories). Default onnxruntime.",
            [(OwnRuntime.Word, OwnRuntime.Word), .. ForeignRuntime.All.Select(runtime => (runtime.Name, runtime.Name))]);
        var tolerance = Text.Number("--tolerance", "Largest error allowed, |found - recorded| / max(1, |recorded|). Default: what the manifest states for each output; 1e-4 on onnxruntime-web.", 0.0, 1.0, "number");
        var graphs = new GraphArguments();
        var command = new Command("verify", "Check every byte of a model package, run all its graphs on the inputs recorded at export, and compare with what training computed. Exit code 1 if any output is too far off.")
        {
            packages, runtimes, tolerance,
        };
        graphs.All.ToList().ForEach(command.Add);
        command.SetAction(async (result, cancellation) =>
        {
            var (folders, options) = (result.GetRequiredValue(packages), graphs.Read(result));
            if (folders is [var only] && result.GetValue(runtimes) is null or [])
            {
                var report = await RunAsync(only, result.GetValue(tolerance), options, terminal, cancellation);
                Show(report, terminal);
                return report.Passed ? ExitCodes.Success : ExitCodes.Failure;
            }

            var matrix = await RunAsync(folders, Chosen(result.GetValue(runtimes), options), result.GetValue(tolerance), terminal, cancellation);
            matrix.Show(terminal);
            return matrix.Passed ? ExitCodes.Success : ExitCodes.Failure;
        });
        return command;
    }

    /// <summary>Runs all graphs on the recorded cases.</summary>
    internal static Task<VerificationReport> RunAsync(string package, double? tolerance, GraphOptions graphs, Terminal terminal, CancellationToken cancellation) =>
        terminal.WithProgressAsync(progress =>
        {
            progress.Report(new Progress("running all graphs on the recorded cases"));
            return Task.Run(() => Verifier.Verify(package, tolerance, graphs, cancellation), cancellation);
        });

    /// <summary>A line for each output of each graph, and the verdict.</summary>
    internal static void Show(VerificationReport report, Terminal terminal)
    {
        var table = new TextTable("graph", "output", "cases", "largest error", "allowed", "verdict");
        foreach (var output in report.Outputs)
        {
            table.Add(
                output.Graph,
                output.Output,
                output.CaseCount.ToString(CultureInfo.InvariantCulture),
                output.LargestError.ToString("0.0e+00", CultureInfo.InvariantCulture),
                output.Tolerance.ToString("0.0e+00", CultureInfo.InvariantCulture),
                output.Passed ? "ok" : $"FAILED in case '{output.WorstCase}'");
        }

        terminal.Write(table);
        terminal.ShowPassedOver(report.Provider);
        terminal.WriteLine($"Bundle {report.BundleId} on {report.Provider}: {(report.Passed ? "the package computes what was trained." : "the package does NOT compute what was trained.")}");
    }

    private static Task<RuntimeMatrix> RunAsync(
        IReadOnlyList<string> packages, IReadOnlyList<IVerifyingRuntime> runtimes, double? tolerance, Terminal terminal, CancellationToken cancellation) =>
        terminal.WithProgressAsync(async progress =>
        {
            var reports = new List<IReadOnlyList<RuntimeReport>>();
            foreach (var runtime in runtimes)
            {
                progress.Report(new Progress($"running all graphs on {runtime.Name}"));
                reports.Add(await runtime.VerifyAsync(packages, tolerance, cancellation));
            }

            return new RuntimeMatrix(packages, [.. runtimes.Select(runtime => runtime.Name)], reports);
        });

    private static List<IVerifyingRuntime> Chosen(string[]? names, GraphOptions graphs) =>
    [
        .. (names is null or [] ? [OwnRuntime.Word] : names.Distinct())
            .Select(name => ForeignRuntime.All.FirstOrDefault(runtime => runtime.Name == name) ?? (IVerifyingRuntime)new OwnRuntime(graphs)),
    ];
}
