using System.CommandLine;
using System.Globalization;
using LiMaml.Cli.Arguments;
using LiMaml.Cli.Display;
using LiMaml.Export.Graphs;
using LiMaml.Models;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Packages;

namespace LiMaml.Cli.Commands;

/// <summary><c>limaml show</c>: what is in a model package, a checkpoint, or any ONNX model.</summary>
internal static class ShowCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var path = new Argument<string>("path") { Description = "A model package, a training run or checkpoint, or an ONNX file of any origin." };
        var graph = new Option<string?>("--graph", "-g") { Description = "Of a package: show every operation of this graph instead of the overview.", HelpName = "name" };
        var command = new Command("show", "Show what is in a model package, a checkpoint or an ONNX file: graphs with their inputs and outputs, sizes, weights; or every operation of a graph.")
        {
            path, graph,
        };
        command.SetAction(result =>
        {
            Show(result.GetRequiredValue(path), result.GetValue(graph), terminal);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Show(string path, string? graph, Terminal terminal)
    {
        if (File.Exists(Path.Combine(path, Manifest.FileName)))
        {
            var package = ModelPackage.Open(path);
            if (graph is null)
            {
                PackageOverview.Write(package, terminal);
            }
            else
            {
                terminal.Output.Write(GraphText.OfFile(package.PathOf(Find(package, graph))));
            }

            return;
        }

        if (graph is not null)
        {
            throw new InvalidInputException("--graph", $"'{graph}'", $"it with a model package only, which {path} is not");
        }

        if (File.Exists(path))
        {
            terminal.Output.Write(GraphText.OfFile(path));
        }
        else
        {
            Write(StoredCheckpoint.Open(CheckpointPath.ResolveOne(path)), terminal);
        }
    }

    private static PackageGraph Find(ModelPackage package, string name) =>
        package.Manifest.Graphs.FirstOrDefault(graph => graph.Name == name)
        ?? throw new InvalidInputException("--graph", $"'{name}'", $"one of {string.Join(", ", package.Manifest.Graphs.Select(graph => graph.Name))}");

    private static void Write(StoredCheckpoint checkpoint, Terminal terminal)
    {
        terminal.WriteLine(ModelLine.Of(checkpoint.Model, checkpoint.Schema));
        var table = new TextTable("weight", "shape", "numbers");
        foreach (var (name, tensor) in checkpoint.Weights.OrderBy(weight => weight.Key, StringComparer.Ordinal))
        {
            table.Add(name, string.Join(" × ", tensor.Axes), tensor.Axes.Aggregate(1L, (product, size) => product * size).ToString(CultureInfo.InvariantCulture));
        }

        terminal.Write(table);
        PackageOverview.Write("provenance", checkpoint.Provenance, terminal);
    }
}
