using LiMaml.Models.Checkpoints;

namespace LiMaml.Models.Packages;

/// <summary>Recorded inputs of a graph and the outputs that the trained network gave for them.</summary>
/// <param name="Graph">Name of the graph.</param>
/// <param name="Name">Name of the case, unique for the graph; no <c>/</c>.</param>
/// <param name="Inputs">By input name.</param>
/// <param name="Outputs">By output name.</param>
public sealed record HandoffCase(string Graph, string Name, IReadOnlyDictionary<string, NamedTensor> Inputs, IReadOnlyDictionary<string, NamedTensor> Outputs);

/// <summary>The file <c>handoff.safetensors</c>: tensors named <c>&lt;graph&gt;/&lt;case&gt;/input/&lt;name&gt;</c> and <c>&lt;graph&gt;/&lt;case&gt;/output/&lt;name&gt;</c>.</summary>
public static class Handoff
{
    /// <summary>The file's name in a package.</summary>
    public const string FileName = "handoff.safetensors";

    /// <summary>Writes <paramref name="cases"/> to a stream; equal cases give equal bytes.</summary>
    /// <exception cref="ArgumentException">Two cases of one name, or a name with a <c>/</c>.</exception>
    public static void Write(Stream stream, IEnumerable<HandoffCase> cases)
    {
        ArgumentNullException.ThrowIfNull(cases);
        var tensors = new Dictionary<string, NamedTensor>(StringComparer.Ordinal);
        foreach (var handoff in cases)
        {
            Add(tensors, handoff, "input", handoff.Inputs);
            Add(tensors, handoff, "output", handoff.Outputs);
        }

        Safetensors.Write(stream, tensors);
    }

    /// <summary>Reads the cases of a file, by ordinal graph and case.</summary>
    /// <exception cref="InvalidInputException">It is not a safetensors file, or a tensor's name is not of the form above.</exception>
    public static IReadOnlyList<HandoffCase> Read(string path)
    {
        var parts = new SortedDictionary<(string Graph, string Name), (Dictionary<string, NamedTensor> Inputs, Dictionary<string, NamedTensor> Outputs)>(
            Comparer<(string Graph, string Name)>.Create((left, right) =>
                string.CompareOrdinal(left.Graph, right.Graph) is not 0 and var order ? order : string.CompareOrdinal(left.Name, right.Name)));
        foreach (var (name, tensor) in Safetensors.Read(path))
        {
            var steps = name.Split('/');
            var isCase = steps.Length == 4 && steps.All(step => step.Length > 0) && (steps[2] is "input" or "output");
            Expect.That(isCase, $"{path}: tensor '{name}'", "this name", "<graph>/<case>/input/<name> or <graph>/<case>/output/<name>");
            var key = (steps[0], steps[1]);
            if (!parts.TryGetValue(key, out var part))
            {
                part = ([], []);
                parts.Add(key, part);
            }

            (steps[2] == "input" ? part.Inputs : part.Outputs).Add(steps[3], tensor);
        }

        return [.. parts.Select(part => new HandoffCase(part.Key.Graph, part.Key.Name, part.Value.Inputs, part.Value.Outputs))];
    }

    private static void Add(Dictionary<string, NamedTensor> tensors, HandoffCase handoff, string side, IReadOnlyDictionary<string, NamedTensor> values)
    {
        foreach (var (name, tensor) in values)
        {
            if (new[] { handoff.Graph, handoff.Name, name }.Any(step => step.Length == 0 || step.Contains('/', StringComparison.Ordinal)))
            {
                throw new ArgumentException($"handoff '{handoff.Graph}', '{handoff.Name}', '{name}': names are not empty and have no '/'", nameof(handoff));
            }

            tensors.Add($"{handoff.Graph}/{handoff.Name}/{side}/{name}", tensor);
        }
    }
}
