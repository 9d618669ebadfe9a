namespace LiMaml.Runtime.Embeddings;

/// <summary>
/// A generation was read, or was to become current, that the store does not have: it was never completed, or two flips
/// have replaced it since the pointer was resolved. Readers resolve the pointer again.
/// </summary>
public sealed class GenerationUnavailableException : Exception
{
    /// <summary>Reports generation <paramref name="generation"/> of <paramref name="bundleId"/>.</summary>
    public GenerationUnavailableException(string bundleId, long generation)
        : base($"generation {generation} of bundle {bundleId} is not in the embedding store: it was never published, or has been replaced twice since.")
    {
    }

    /// <summary>Reports a fault of another kind; prefer the constructor that names the generation.</summary>
    public GenerationUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Reports a fault and keeps what caused it.</summary>
    public GenerationUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An unexplained fault; prefer the other constructors.</summary>
    public GenerationUnavailableException()
    {
    }
}
