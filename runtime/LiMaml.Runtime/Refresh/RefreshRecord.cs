namespace LiMaml.Runtime.Refresh;

/// <summary>Which tasks a refresh is for.</summary>
public enum RefreshKind
{
    /// <summary>All tasks with a window, into a new generation.</summary>
    Full,

    /// <summary>Tasks that changed, into the current generation.</summary>
    Changed,
}

/// <summary>What a refresh did.</summary>
public sealed record RefreshRecord
{
    /// <summary>Which tasks it was for.</summary>
    public required RefreshKind Kind { get; init; }

    /// <summary>The model.</summary>
    public required string BundleId { get; init; }

    /// <summary>The generation that was published, or added to.</summary>
    public required long Generation { get; init; }

    /// <summary>The largest event time that the windows had seen; null where there was no event yet.</summary>
    public required DateTimeOffset? AsOf { get; init; }

    /// <summary>When it began, processing time.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When all was published, processing time.</summary>
    public required DateTimeOffset Finished { get; init; }

    /// <summary>Tasks by task definition.</summary>
    public required IReadOnlyDictionary<string, long> TaskCounts { get; init; }

    /// <summary>Tasks of all task definitions: those whose adapted embedding is used and those that a guardrail held.</summary>
    public required long TaskCount { get; init; }

    /// <summary>Tasks whose adapted embedding is used.</summary>
    public required long AdaptedCount { get; init; }

    /// <summary>Tasks that a guardrail held, by reason; reasons that held none are absent.</summary>
    public required IReadOnlyDictionary<GuardrailReason, long> GuardrailCounts { get; init; }

    /// <summary>Of these, tasks that kept their embedding; the others got the unadapted one, or none where even that is not finite.</summary>
    public required long KeptCount { get; init; }

    /// <summary>Support samples of all tasks.</summary>
    public required long SampleCount { get; init; }

    /// <summary>Mean over the tasks of the support loss under θ_meta, those left out where it is not finite; 0 without tasks.</summary>
    public required double MeanLossBefore { get; init; }

    /// <summary>The same after adaptation; a task that a guardrail held counts with its loss before.</summary>
    public required double MeanLossAfter { get; init; }

    /// <summary>Where the time went.</summary>
    public required RefreshDurations Durations { get; init; }
}

/// <summary>Where the time of a refresh went, added up over its threads.</summary>
/// <param name="Reading">Windows from disk.</param>
/// <param name="Encoding">Events into rows.</param>
/// <param name="Adapting">The graphs.</param>
/// <param name="Comparing">Current embeddings read, guardrails.</param>
/// <param name="Writing">Into the embedding store, the flip included.</param>
public sealed record RefreshDurations(TimeSpan Reading, TimeSpan Encoding, TimeSpan Adapting, TimeSpan Comparing, TimeSpan Writing);
