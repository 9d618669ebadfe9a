namespace LiMaml.Runtime.Serving;

/// <summary>
/// Rows to score. Tensors are row-major [rows, width] under the names that <see cref="ServingBundle.Served"/> lists. With
/// <see cref="Keys"/> the embeddings are looked up; with <see cref="Embeddings"/> they are given. Never both.
/// </summary>
public sealed record ScoreRequest
{
    /// <summary>Rows, from 1 to <see cref="ScoringOptions.MaxRequestRows"/>.</summary>
    public required int RowCount { get; init; }

    /// <summary>By task definition, the key of each row's task, or one for all rows. All definitions of the model, or none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Keys { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>By task definition, float32 [rows, embedding], of the bundle <see cref="BundleId"/>. All definitions of the model, or none.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<float>> Embeddings { get; init; } = new Dictionary<string, ReadOnlyMemory<float>>();

    /// <summary>The bundle that must score these rows; whichever is served where null. Needed where embeddings are given.</summary>
    public string? BundleId { get; init; }

    /// <summary>By input, float32 tensors.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<float>> Floats { get; init; } = new Dictionary<string, ReadOnlyMemory<float>>();

    /// <summary>By input, int64 tensors.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<long>> Integers { get; init; } = new Dictionary<string, ReadOnlyMemory<long>>();

    /// <summary>By input, categories as words instead of indices, [rows, width]; the empty word is 'unknown', and pads.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Words { get; init; } = new Dictionary<string, IReadOnlyList<string>>();
}
