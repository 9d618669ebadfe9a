namespace LiMaml.Export.Graphs;

/// <summary>
/// Gives the values of a graph unique names that tell what they are: an operation is called after the part of the
/// network that it belongs to, <c>global.layers.0/matmul</c>; a repetition gets a number, <c>global.layers.0/matmul_2</c>.
/// The same construction gives the same names.
/// </summary>
internal sealed class GraphNames
{
    private readonly HashSet<string> taken = [];
    private readonly Dictionary<string, int> repetitions = [];

    /// <summary>Takes <paramref name="name"/> as it is.</summary>
    /// <exception cref="ArgumentException">Something in the graph has that name.</exception>
    public string Reserve(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return taken.Add(name) ? name : throw new ArgumentException($"the graph has a value '{name}' already", nameof(name));
    }

    /// <summary>Takes <paramref name="name"/>, numbered where it is taken.</summary>
    public string Unique(string name)
    {
        var candidate = name;
        while (!taken.Add(candidate))
        {
            var repetition = repetitions.GetValueOrDefault(name, 1) + 1;
            repetitions[name] = repetition;
            candidate = $"{name}_{repetition}";
        }

        return candidate;
    }

    /// <summary>The part of the network that a weight belongs to: its name without <c>.weight</c> or <c>.bias</c>.</summary>
    public static string PlaceOfWeight(string weight)
    {
        foreach (var suffix in (ReadOnlySpan<string>)[".weight", ".bias"])
        {
            if (weight.EndsWith(suffix, StringComparison.Ordinal))
            {
                return weight[..^suffix.Length];
            }
        }

        return weight;
    }

    /// <summary>
    /// The part that an operation on <paramref name="inputs"/> belongs to: that of the first weight among them, or of the
    /// first input that is not a plain constant.
    /// </summary>
    public static string PlaceOfOperation(IReadOnlyList<OnnxValue> inputs)
    {
        var placed = inputs.Where(input => input.Place.Length > 0).ToList();
        return (placed.Find(input => input.IsConstant) ?? placed.FirstOrDefault())?.Place ?? "constant";
    }
}
