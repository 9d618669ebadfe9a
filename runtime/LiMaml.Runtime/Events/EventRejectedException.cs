namespace LiMaml.Runtime.Events;

/// <summary>An event can't be used. It belongs to the dead letters, and consumption goes on.</summary>
public sealed class EventRejectedException : Exception
{
    /// <summary>Rejects an event.</summary>
    /// <param name="reason">One of <see cref="RejectionReasons"/>.</param>
    /// <param name="message">What was found where, and what would be accepted.</param>
    /// <param name="inner">What caused it.</param>
    public EventRejectedException(string reason, string message, Exception? inner = null)
        : base(message, inner) => Reason = reason;

    /// <summary>Short and stable: metrics and dead letters carry it.</summary>
    public string Reason { get; }
}
