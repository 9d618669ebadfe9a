using System.Globalization;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Models.Packages;

/// <summary>What a <see cref="Manifest"/> must satisfy by itself, before any file of the package is looked at.</summary>
internal static class ManifestValidation
{
    private static readonly HashSet<string> FreeAxes = ["rows", "tasks", "support"];

    public static void Validate(Manifest manifest, string where)
    {
        Manifest.Versions.Check(manifest.FormatVersion, $"{where}: formatVersion");
        SchemaValidation.Validate(manifest.Schema, $"{where}: schema");
        SpecValidation.Validate(manifest.Model, manifest.Schema, $"{where}: model");
        ValidateHash(manifest.WeightsSha256, $"{where}: weightsSha256");
        Expect.InRange(manifest.Opset, 1, 1000, $"{where}: opset");
        Expect.InRange(manifest.IrVersion, 1, 1000, $"{where}: irVersion");
        ValidateFiles(manifest, where);
        ValidateGraphs(manifest, where);
    }

    private static void ValidateFiles(Manifest manifest, string where)
    {
        Expect.Unique(manifest.Files.Select(file => file.Path), StringComparer.OrdinalIgnoreCase, $"{where}: files");
        Expect.That(manifest.Files.Any(file => file.Path == Handoff.FileName), $"{where}: files", $"no {Handoff.FileName}", "it, with recorded inputs and outputs");
        for (var index = 0; index < manifest.Files.Count; index++)
        {
            var file = manifest.Files[index];
            var place = Index($"{where}: files", index);
            PackagePaths.Validate(file.Path, $"{place}.path");
            Expect.That(file.Path != Manifest.FileName, $"{place}.path", Manifest.FileName, "any file but the manifest itself");
            Expect.That(file.Bytes >= 0, $"{place}.bytes", file.Bytes, "0 or more");
            ValidateHash(file.Sha256, $"{place}.sha256");
        }
    }

    private static void ValidateGraphs(Manifest manifest, string where)
    {
        Expect.Unique(manifest.Graphs.Select(graph => graph.Name), StringComparer.OrdinalIgnoreCase, $"{where}: graphs");
        for (var index = 0; index < manifest.Graphs.Count; index++)
        {
            ValidateGraph(manifest.Graphs[index], manifest, Index($"{where}: graphs", index));
        }

        var found = manifest.Graphs.Select(graph => (graph.Kind, graph.Task)).ToList();
        var needed = manifest.Model.MetaBlocks
            .SelectMany(block => new[] { (GraphKind.Meta, block.Task), (GraphKind.Adapt, block.Task) })
            .Prepend((GraphKind.Global, null!)).ToList();
        foreach (var (kind, task) in needed)
        {
            var count = found.Count(graph => graph == (kind, task));
            Expect.That(count == 1, $"{where}: graphs", $"{count} of kind {Name(kind)}{(task is null ? "" : $" for task '{task}'")}", "exactly one");
        }

        Expect.That(found.Count == needed.Count, $"{where}: graphs", $"{found.Count} graphs", string.Create(CultureInfo.InvariantCulture, $"{needed.Count}: one global, one meta and one adapt for each meta block"));
    }

    private static void ValidateGraph(PackageGraph graph, Manifest manifest, string where)
    {
        var isName = graph.Name.Length is > 0 and <= 200 && graph.Name.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-');
        Expect.That(isName, $"{where}.name", $"'{graph.Name}'", "1 to 200 ASCII letters, digits, underscores and hyphens");
        where = $"{where} '{graph.Name}'";
        Expect.That(manifest.Files.Any(file => file.Path == graph.Path), $"{where}.path", $"'{graph.Path}'", "a path listed in files");
        Expect.Unique(graph.Inputs.Select(input => input.Name), StringComparer.Ordinal, $"{where}.inputs");
        Expect.Unique(graph.Outputs.Select(output => output.Name), StringComparer.Ordinal, $"{where}.outputs");
        foreach (var input in graph.Inputs)
        {
            ValidateAxes(input.Axes, $"{where}.inputs '{input.Name}'.axes");
            Expect.KnownFeatures(input.Features, manifest.Schema, $"{where}.inputs '{input.Name}'.features");
        }

        Expect.That(graph.Outputs.Count > 0, $"{where}.outputs", "none", "at least one");
        foreach (var output in graph.Outputs)
        {
            ValidateAxes(output.Axes, $"{where}.outputs '{output.Name}'.axes");
            Expect.That(double.IsFinite(output.Tolerance) && output.Tolerance >= 0, $"{where}.outputs '{output.Name}'.tolerance", output.Tolerance, "a finite number, 0 or more");
        }
    }

    private static void ValidateAxes(IReadOnlyList<string> axes, string where)
    {
        foreach (var axis in axes)
        {
            var fixedSize = int.TryParse(axis, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0;
            Expect.That(fixedSize || FreeAxes.Contains(axis), where, $"'{axis}'", $"{string.Join(", ", FreeAxes)} or a size above 0");
        }
    }

    private static void ValidateHash(string hash, string where) => Expect.That(BundleId.IsHex(hash, 64), where, $"'{hash}'", "64 lower-case hexadecimal digits");

    private static string Index(string where, int index) => string.Create(CultureInfo.InvariantCulture, $"{where}[{index}]");

    private static string Name(GraphKind kind) => kind switch
    {
        GraphKind.Global => "global",
        GraphKind.Meta => "meta",
        _ => "adapt",
    };
}
