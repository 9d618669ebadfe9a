using System.Globalization;
using System.Text.Json.Nodes;
using LiMaml.Cli.Display;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Cli.Commands;

/// <summary>What a model package says about itself, for people.</summary>
internal static class PackageOverview
{
    private const int MostCharacters = 100;

    /// <summary>Model, graphs with their tensors, files, metrics and provenance.</summary>
    public static void Write(ModelPackage package, Terminal terminal)
    {
        var manifest = package.Manifest;
        terminal.WriteLine($"Bundle {manifest.BundleId}, format {manifest.FormatVersion}, opset {manifest.Opset}, IR version {manifest.IrVersion}.");
        terminal.WriteLine(ModelLine.Of(manifest.Model, manifest.Schema));
        var tensors = new TextTable("graph", "", "tensor", "type", "axes", "features");
        foreach (var graph in manifest.Graphs)
        {
            foreach (var input in graph.Inputs)
            {
                tensors.Add(graph.Name, "in", input.Name, TypeName(input.Kind), Axes(input.Axes), Short(string.Join(", ", input.Features)));
            }

            foreach (var output in graph.Outputs)
            {
                tensors.Add(graph.Name, "out", output.Name, TypeName(output.Kind), Axes(output.Axes), "");
            }
        }

        terminal.Write(tensors);
        var files = new TextTable("file", "bytes");
        foreach (var file in manifest.Files)
        {
            files.Add(file.Path, file.Bytes.ToString(CultureInfo.InvariantCulture));
        }

        terminal.Write(files);
        Write("metrics", manifest.Metrics, terminal);
        Write("provenance", manifest.Provenance, terminal);
    }

    /// <summary>A line for each member of <paramref name="values"/>, long ones cut.</summary>
    public static void Write(string title, JsonObject values, Terminal terminal)
    {
        foreach (var (name, value) in values)
        {
            terminal.WriteLine($"{title} {name}: {Short(value?.ToJsonString() ?? "null")}");
        }
    }

    private static string TypeName(ElementKind kind) => kind.ToString().ToLowerInvariant();

    private static string Axes(IReadOnlyList<string> axes) => $"[{string.Join(", ", axes)}]";

    private static string Short(string text) => text.Length <= MostCharacters ? text : text[..(MostCharacters - 1)] + "…";
}

/// <summary>A model in one line.</summary>
internal static class ModelLine
{
    /// <summary>Algorithm, task definitions, features and labels.</summary>
    public static string Of(ModelSpec model, DatasetSchema schema)
    {
        var blocks = model.MetaBlocks.Select(block => $"{block.Task} (meta embedding of {block.EmbeddingSize})");
        return $"Model of '{schema.Name}': {model.Algorithm}, {(model.MetaBlocks.Count == 0 ? "no task definition" : string.Join(", ", blocks))}, {schema.Features.Count} features, {schema.Label} labels.";
    }
}
