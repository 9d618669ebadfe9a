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
}
