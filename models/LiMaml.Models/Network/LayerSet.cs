namespace LiMaml.Models.Network;

/// <summary>Layers by name: θ, or what became of it after some steps. Immutable.</summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
internal sealed class LayerSet<T>(IReadOnlyDictionary<string, LinearLayer<T>> layers)
    where T : class
{
    public LinearLayer<T> this[string name] => layers[name];

    public IEnumerable<string> Names => layers.Keys;

    public bool Has(string name) => layers.ContainsKey(name);

    /// <summary>The same set with <paramref name="changes"/> added or replaced.</summary>
    public LayerSet<T> With(IEnumerable<KeyValuePair<string, LinearLayer<T>>> changes)
    {
        var changed = new Dictionary<string, LinearLayer<T>>(layers);
        foreach (var (name, layer) in changes)
        {
            changed[name] = layer;
        }

        return new LayerSet<T>(changed);
    }

    /// <summary>The same values, without gradients to θ for the layers that <paramref name="isFrozen"/> names.</summary>
    public LayerSet<T> Frozen(Func<string, bool> isFrozen) =>
        With(layers.Where(entry => isFrozen(entry.Key)).Select(entry => KeyValuePair.Create(entry.Key, Frozen(entry.Value))));

    private static LinearLayer<T> Frozen(LinearLayer<T> layer) => layer switch
    {
        SharedLinear<T> shared => shared.Frozen(),
        RowLayer<T> row => row.Frozen(),
        _ => throw new InvalidOperationException("only unadapted layers can be frozen"),
    };
}
