using System.Diagnostics.Metrics;

namespace LiMaml.Runtime.Serving;

/// <summary>Counts what is scored, for <see cref="ScoringCounts"/> and for whoever listens to the meter. Thread-safe.</summary>
internal sealed class ScoringMeter : IDisposable
{
    private readonly Meter meter = new(ScoringService.MeterName);
    private readonly Histogram<double> durations;
    private long requests;
    private long rows;
    private long joins;
    private long coldJoins;
    private long runs;
    private long runRows;
    private long refused;
    private long timedOut;

    /// <summary>Counts, and reports <paramref name="waiting"/> requests now in the queue.</summary>
    public ScoringMeter(Func<int> waiting)
    {
        durations = meter.CreateHistogram<double>("limaml.scoring.duration", "s", "From a request's inputs being there to its scores being there");
        meter.CreateObservableCounter("limaml.scoring.requests", () => Counts.Requests, "{request}", "Requests scored");
        meter.CreateObservableCounter("limaml.scoring.rows", () => Counts.Rows, "{row}", "Rows scored");
        meter.CreateObservableCounter("limaml.scoring.joins", () => Counts.Joins, "{embedding}", "Embeddings looked up: rows times task definitions");
        meter.CreateObservableCounter("limaml.scoring.cold_joins", () => Counts.ColdJoins, "{embedding}", "Embeddings that the generation lacked: unadapted ones were used");
        meter.CreateObservableCounter("limaml.scoring.runs", () => Counts.Runs, "{run}", "Runs of graphs");
        meter.CreateObservableCounter("limaml.scoring.run_rows", () => Counts.RunRows, "{row}", "Rows of those runs");
        meter.CreateObservableCounter("limaml.scoring.refused", () => Counts.Refused, "{request}", "Requests refused because too many waited");
        meter.CreateObservableCounter("limaml.scoring.timed_out", () => Counts.TimedOut, "{request}", "Requests that waited too long");
        meter.CreateObservableGauge("limaml.scoring.waiting", waiting, "{request}", "Requests waiting for a place");
    }

    public ScoringCounts Counts => new(
        Interlocked.Read(ref requests),
        Interlocked.Read(ref rows),
        Interlocked.Read(ref joins),
        Interlocked.Read(ref coldJoins),
        Interlocked.Read(ref runs),
        Interlocked.Read(ref runRows),
        Interlocked.Read(ref refused),
        Interlocked.Read(ref timedOut));

    public void Scored(ScoringCall call, TimeSpan duration)
    {
        Interlocked.Increment(ref requests);
        Interlocked.Add(ref rows, call.RowCount);
        Interlocked.Add(ref joins, call.Cold.Length);
        Interlocked.Add(ref coldJoins, call.Cold.Count(true));
        durations.Record(duration.TotalSeconds);
    }

    public void Ran(int rowCount)
    {
        Interlocked.Increment(ref runs);
        Interlocked.Add(ref runRows, rowCount);
    }

    public void Unavailable(UnavailableReason reason)
    {
        switch (reason)
        {
            case UnavailableReason.QueueFull:
                Interlocked.Increment(ref refused);
                break;
            case UnavailableReason.TimedOut:
                Interlocked.Increment(ref timedOut);
                break;
            default:
                break;
        }
    }

    public void Dispose() => meter.Dispose();
}
