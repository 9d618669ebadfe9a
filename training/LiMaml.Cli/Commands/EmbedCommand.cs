using System.CommandLine;
using System.Globalization;
using LiMaml.Cli.Arguments;
using LiMaml.Cli.Display;
using LiMaml.Runtime.Adaptation;

namespace LiMaml.Cli.Commands;

/// <summary><c>limaml embed</c>: meta embedding generation (Algorithm 2b) for every task of a dataset.</summary>
internal static class EmbedCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var package = Common.Package();
        var dataset = Common.Dataset();
        var output = Common.Out("Snapshot to write: a Parquet file with one meta embedding for each task; for a model of several task definitions a folder with one for each.", "file.parquet or folder");
        var splits = Choice.Several("--splits", "Rows to adapt to. Default train,validation.", Common.Splits);
        var asOf = Text.Moment("--as-of", "Ignore rows after this time (UTC unless it names an offset). Default: the newest row.");
        var task = Common.Task();
        var generation = Text.Number("--generation", "Number stamped on the snapshot, by which readers tell refreshes apart. Default 0.", 0L, long.MaxValue, "number");
        var overwrite = Common.Overwrite();
        var graphs = new GraphArguments();
        var command = new Command("embed", "Adapt the model to each task's recent interactions and store the resulting meta embeddings. Streams: memory does not grow with the dataset.")
        {
            package, dataset, output, splits, asOf, task, generation, overwrite,
        };
        graphs.All.ToList().ForEach(command.Add);
        command.SetAction(async (result, cancellation) =>
        {
            var options = new EmbedOptions
            {
                Task = result.GetValue(task),
                AsOf = result.GetValue(asOf),
                Generation = result.GetValue(generation) ?? 0,
                Overwrite = result.GetValue(overwrite),
                Adapter = new AdapterOptions { Graphs = graphs.Read(result) },
            };
            var chosen = result.GetValue(splits);
            var target = result.GetRequiredValue(output);
            options = chosen is { Length: > 0 } ? options with { Splits = chosen } : options;
            await EmbedAsync(result.GetRequiredValue(package), result.GetRequiredValue(dataset), target, options, terminal, cancellation);
            terminal.WriteLine($"Snapshot: {target}");
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task EmbedAsync(string package, string dataset, string target, EmbedOptions options, Terminal terminal, CancellationToken cancellation)
    {
        var reports = await PackageRun.RunAsync(package, dataset, "adapting", async (model, rows, progress) => model.Manifest.Model.MetaBlocks is [var only]
            ? new Dictionary<string, EmbedReport> { [only.Task] = await Embedder.RunAsync(model, rows, target, options, progress, cancellation) }
            : await JointEmbedder.RunAsync(model, rows, target, options, progress, cancellation), terminal, cancellation);
        foreach (var (task, report) in reports)
        {
            if (reports.Count > 1)
            {
                terminal.WriteLine($"{task}, last round:");
            }

            Show(report, terminal);
        }
    }

    /// <summary>Writes the snapshot.</summary>
    internal static Task<EmbedReport> RunAsync(string package, string dataset, string output, EmbedOptions options, Terminal terminal, CancellationToken cancellation) =>
        PackageRun.RunAsync(
            package, dataset, "adapting", (model, rows, progress) => Embedder.RunAsync(model, rows, output, options, progress, cancellation), terminal, cancellation);

    /// <summary>What came of it.</summary>
    internal static void Show(EmbedReport report, Terminal terminal)
    {
        terminal.ShowPassedOver(report.Provider);
        terminal.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.TaskCount:N0} tasks adapted to {report.RowCount:N0} rows up to {report.AsOf:yyyy-MM-dd HH:mm:ss}Z in {report.Elapsed.TotalSeconds:F1} s ({report.TaskCount / Math.Max(1e-3, report.Elapsed.TotalSeconds):N0} tasks/s on {report.Provider})."));
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Mean support loss {report.MeanLossBefore:F4} before, {report.MeanLossAfter:F4} after."));
        if (report.DivergedTaskCount > 0)
        {
            terminal.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{report.DivergedTaskCount:N0} tasks did not stay finite and got their unadapted embedding: the fine-tuning's step size is too large for them."));
        }
    }
}
