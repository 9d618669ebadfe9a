using LiMaml.Runtime.Batches;

namespace LiMaml.Runtime.Refresh;

/// <summary>Adds up what the chunks of a refresh give. Safe for many threads.</summary>
internal sealed class RefreshTotals
{
    private readonly Lock state = new();
    private readonly Dictionary<string, long> tasks = [];
    private readonly Dictionary<GuardrailReason, long> guardrails = [];
    private readonly TimeSpan[] durations = new TimeSpan[Enum.GetValues<RefreshPhase>().Length];
    private long kept;
    private long samples;
    private long losses;
    private double before;
    private double after;

    /// <summary>Adds time.</summary>
    public void Add(RefreshPhase phase, TimeSpan time)
    {
        lock (state)
        {
            durations[(int)phase] += time;
        }
    }

    /// <summary>Adds a chunk of <paramref name="task"/> whose embeddings are written, and returns how far the refresh is.</summary>
    public RefreshProgress Add(string task, IReadOnlyList<RefreshedTask> chunk, TimeSpan elapsed)
    {
        lock (state)
        {
            tasks[task] = tasks.GetValueOrDefault(task) + chunk.Count;
            foreach (var refreshed in chunk)
            {
                Add(refreshed);
            }

            return new RefreshProgress(tasks.Values.Sum(), samples, elapsed);
        }
    }

    /// <summary>All of it.</summary>
    public RefreshRecord Record(RefreshKind kind, string bundleId, long generation, long? watermark, DateTimeOffset started, DateTimeOffset finished)
    {
        lock (state)
        {
            return new RefreshRecord
            {
                Kind = kind,
                BundleId = bundleId,
                Generation = generation,
                AsOf = watermark is { } time ? EventTime.Of(time) : null,
                Started = started,
                Finished = finished,
                TaskCounts = new Dictionary<string, long>(tasks),
                TaskCount = tasks.Values.Sum(),
                AdaptedCount = tasks.Values.Sum() - guardrails.Values.Sum(),
                GuardrailCounts = new Dictionary<GuardrailReason, long>(guardrails),
                KeptCount = kept,
                SampleCount = samples,
                MeanLossBefore = before / Math.Max(1, losses),
                MeanLossAfter = after / Math.Max(1, losses),
                Durations = new RefreshDurations(durations[0], durations[1], durations[2], durations[3], durations[4]),
            };
        }
    }

    private void Add(RefreshedTask refreshed)
    {
        samples += refreshed.Window.Samples.Count;
        kept += refreshed.Kept ? 1 : 0;
        if (refreshed.Guardrail is { } reason)
        {
            guardrails[reason] = guardrails.GetValueOrDefault(reason) + 1;
        }

        if (float.IsFinite(refreshed.LossBefore))
        {
            losses++;
            before += refreshed.LossBefore;
            after += refreshed.Guardrail is null ? refreshed.LossAfter : refreshed.LossBefore;
        }
    }
}

/// <summary>Parts of the work, in the order of <see cref="RefreshDurations"/>.</summary>
internal enum RefreshPhase
{
    Reading,
    Encoding,
    Adapting,
    Comparing,
    Writing,
}
