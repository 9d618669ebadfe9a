using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using LiMaml.Cli.Arguments;
using LiMaml.Cli.Display;
using LiMaml.Export;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Json;
using LiMaml.Models.Packages;
using LiMaml.Training.Handoff;

namespace LiMaml.Cli.Commands;

/// <summary><c>limaml export</c>: checkpoint in, model package out.</summary>
internal static class ExportCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var checkpoint = new Option<string>("--checkpoint", "-c") { Description = "Folder of a training run, or of a checkpoint.", Required = true, HelpName = "folder" };
        var output = Common.Out("Folder for the model package.");
        var overwrite = Common.Overwrite();
        var metrics = new Option<string?>("--metrics") { Description = "A JSON file with what was measured on the model (e.g. an evaluation's report.json), copied into the manifest.", HelpName = "file" };
        var mlflow = Choice.Of("--format", "What else the package is to be: besides a Triton repository, with mlflow, a model of MLflow in global/1.", ("triton", false), ("mlflow", true));
        var sizes = Text.Numbers("--preferred-batch", "Row counts, ascending, that Triton runs as soon as merged requests reach them. Default: Triton chooses.", "rows");
        var delay = Text.Number("--queue-delay", "How long Triton lets a request wait for others to merge with. Default 0.", 0, 1_000_000, "microseconds");
        var profile = Choice.Of(
            "--profile",
            "Which runtimes the graphs are for. default: opset 13, IR 7: ONNX Runtime from 1.6 in all builds, Triton, OpenVINO, TensorRT from 8. widest: opset 9, IR 4: also older ones, and OpenCV's dnn for the global graph of models without categories. latest: opset 26, IR 13: ONNX Runtime 1.31. Default default.",
            ("default", ExportProfile.Default),
            ("widest", ExportProfile.Widest),
            ("latest", ExportProfile.Latest));
        var command = new Command("export", "Write a trained model as ONNX: the global block, each meta block, and the fine-tuning itself, with recorded outputs to verify against.")
        {
            checkpoint, output, overwrite, metrics, profile, mlflow, sizes, delay,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var options = new ExportOptions
            {
                Overwrite = result.GetValue(overwrite),
                Profile = result.GetValue(profile),
                Metrics = result.GetValue(metrics) is { } file ? ContractJson.Read<JsonObject>(file) : [],
                Mlflow = result.GetValue(mlflow),
                Batching = new TritonBatching { PreferredSizes = result.GetValue(sizes) ?? [], QueueDelay = TimeSpan.FromMicroseconds(result.GetValue(delay) ?? 0) },
            };
            var target = result.GetRequiredValue(output);
            Show(await RunAsync(CheckpointPath.ResolveOne(result.GetRequiredValue(checkpoint)), target, options, terminal, cancellation), terminal);
            terminal.WriteLine($"Model package: {target}");
            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>Records what training computes and writes the package.</summary>
    internal static Task<Manifest> RunAsync(string checkpoint, string output, ExportOptions options, Terminal terminal, CancellationToken cancellation) =>
        terminal.WithProgressAsync(progress => Task.Run(
            () =>
            {
                var model = StoredCheckpoint.Open(checkpoint);
                progress.Report(new Progress("recording what training computes"));
                var cases = HandoffRecorder.Record(model);
                return ModelExporter.Export(model, cases, output, options, new Relay<string>(progress, graph => new Progress($"wrote graph {graph}")), cancellation);
            },
            cancellation));

    /// <summary>What is in the package.</summary>
    internal static void Show(Manifest manifest, Terminal terminal)
    {
        var table = new TextTable("graph", "inputs", "outputs", "KiB");
        foreach (var graph in manifest.Graphs)
        {
            var folder = graph.Path[..(graph.Path.LastIndexOf('/') + 1)];
            var bytes = manifest.Files.Where(file => file.Path.StartsWith(folder, StringComparison.Ordinal)).Sum(file => file.Bytes);
            table.Add(
                graph.Name,
                graph.Inputs.Count.ToString(CultureInfo.InvariantCulture),
                string.Join(", ", graph.Outputs.Select(output => output.Name)),
                (bytes / 1024.0).ToString("N0", CultureInfo.InvariantCulture));
        }

        terminal.Write(table);
        terminal.WriteLine($"Bundle {manifest.BundleId}, opset {manifest.Opset}, IR version {manifest.IrVersion}.");
    }
}
