namespace LiMaml.Runtime.Embeddings;

/// <summary>
/// The server that keeps the embeddings did not answer, and may again: a read failed. Writes do not throw this, they wait
/// and are tried again until they are cancelled.
/// </summary>
public sealed class EmbeddingStoreUnavailableException : Exception
{
    /// <summary>Reports what was asked of which store, and keeps what caused the fault.</summary>
    public EmbeddingStoreUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Reports what was asked of which store.</summary>
    public EmbeddingStoreUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>An unexplained fault; prefer the other constructors.</summary>
    public EmbeddingStoreUnavailableException()
    {
    }
}
