using LiMaml.Models;

namespace LiMaml.Runtime.Serving;

/// <summary>How requests share the scoring graphs, and what is too much.</summary>
public sealed record ScoringOptions
{
    /// <summary>Most rows of one request, 1 to 1,048,576. Default 8192.</summary>
    public int MaxRequestRows { get; init; } = 8192;

    /// <summary>
    /// Rows up to which waiting requests are put together into one run of a graph, 1 to 1,048,576. Default 256: a run of more
    /// rows is hardly cheaper by the row, and keeps the others waiting. A request of more rows runs alone.
    /// </summary>
    public int MaxBatchRows { get; init; } = 256;

    /// <summary>
    /// How long a request may wait for others to share its run with, from 0 to one second. Default 0: a request that finds a
    /// free place runs at once, and only those that wait for a place anyhow are put together.
    /// </summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.Zero;

    /// <summary>Runs of graphs at the same time, 1 to 1024; 0 (the default) for one for each processor.</summary>
    public int Concurrency { get; init; }

    /// <summary>Requests that may wait for a place, 1 to 1,048,576; one more is refused. Default 1024.</summary>
    public int QueueCapacity { get; init; } = 1024;

    /// <summary>How long a request may wait for a place, from one millisecond to one hour. Default 5 seconds. A run that has begun is finished.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Throws where a value is out of range.</summary>
    /// <exception cref="InvalidInputException">Names the option, its value and what would be accepted.</exception>
    public void Validate()
    {
        const int Most = 1 << 20;
        InRange(nameof(MaxRequestRows), MaxRequestRows, 1, Most);
        InRange(nameof(MaxBatchRows), MaxBatchRows, 1, Most);
        InRange(nameof(Concurrency), Concurrency, 0, 1024);
        InRange(nameof(QueueCapacity), QueueCapacity, 1, Most);
        InRange(nameof(MaxDelay), MaxDelay, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        InRange(nameof(Timeout), Timeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));
    }

    private static void InRange<T>(string option, T value, T least, T most)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            throw new InvalidInputException(option, $"{value}", $"{least} to {most}");
        }
    }
}
