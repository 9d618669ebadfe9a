namespace LiMaml.Runtime.Serving;

/// <summary>Why a request that is right could not be served now.</summary>
public enum UnavailableReason
{
    /// <summary>No bundle is loaded, or scoring has ended.</summary>
    NoBundle,

    /// <summary>More requests wait than <see cref="ScoringOptions.QueueCapacity"/>.</summary>
    QueueFull,

    /// <summary>The request waited longer than <see cref="ScoringOptions.Timeout"/>.</summary>
    TimedOut,
}

/// <summary>A request is right but can't be served now; it may be sent again.</summary>
public sealed class ScoringUnavailableException : Exception
{
    /// <summary>Reports <paramref name="reason"/>.</summary>
    public ScoringUnavailableException(UnavailableReason reason)
        : base(Describe(reason)) => Reason = reason;

    /// <summary>Reports that there is no bundle, in other words.</summary>
    public ScoringUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>The same, and keeps what caused it.</summary>
    public ScoringUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Reports that there is no bundle.</summary>
    public ScoringUnavailableException()
        : this(UnavailableReason.NoBundle)
    {
    }

    /// <summary>Why.</summary>
    public UnavailableReason Reason { get; }

    private static string Describe(UnavailableReason reason) => reason switch
    {
        UnavailableReason.QueueFull => "too many requests are waiting to be scored.",
        UnavailableReason.TimedOut => "the request waited too long to be scored.",
        _ => "no bundle is loaded.",
    };
}
