namespace LiMaml.Worker.Kafka;

/// <summary>How consumption goes, for health and metrics. Written by consumption, read by everyone.</summary>
internal sealed class ConsumptionStatus
{
    private long records;
    private long lastPoll;
    private volatile string? trouble;
    private volatile bool joined;
    private volatile int partitions;

    /// <summary>Whether the group has given this worker its share of partitions, at least once.</summary>
    public bool Joined => joined;

    /// <summary>Partitions that this worker has now, whether their windows are open or not.</summary>
    public int Partitions => partitions;

    /// <summary>Why consumption waits, for people; null while it goes on.</summary>
    public string? Trouble => trouble;

    /// <summary>Records consumed since the start.</summary>
    public long Records => Interlocked.Read(ref records);

    /// <summary>When the group was last polled, as <see cref="TimeProvider.GetTimestamp"/>; 0 before the first time.</summary>
    public long LastPoll => Interlocked.Read(ref lastPoll);

    /// <summary>The group gave this worker partitions: it has so many now.</summary>
    public void Assigned(int count)
    {
        partitions = count;
        joined = true;
    }

    /// <summary>A partition was taken away: so many are left.</summary>
    public void Released(int count) => partitions = count;

    /// <summary>The group was polled.</summary>
    public void Polled(long timestamp) => Interlocked.Exchange(ref lastPoll, timestamp);

    /// <summary>Records were taken up.</summary>
    public void Consumed(int count) => Interlocked.Add(ref records, count);

    /// <summary>Consumption waits for this reason. True where it did not wait for it already.</summary>
    public bool Wait(string reason)
    {
        var isNew = trouble != reason;
        trouble = reason;
        return isNew;
    }

    /// <summary>Consumption goes on. True where it had waited.</summary>
    public bool Resume()
    {
        var waited = trouble is not null;
        trouble = null;
        return waited;
    }
}
