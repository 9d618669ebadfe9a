using LiMaml.Models;
using LiMaml.Runtime.Adaptation;

namespace LiMaml.Runtime.Refresh;

/// <summary>How embeddings are made anew from windows.</summary>
public sealed record RefreshOptions
{
    /// <summary>
    /// Chunks of windows that are adapted at the same time, each on a thread of its own beside the threads of the graphs'
    /// sessions (<see cref="Graphs.GraphOptions.ThreadCount"/>); 1 to 256, 1 by default.
    /// </summary>
    public int ThreadCount { get; init; } = 1;

    /// <summary>
    /// Samples gathered before they are encoded, bucketed by support length and adapted; with <see cref="ThreadCount"/> it bounds
    /// memory. 1 to 16,777,216; 65,536 by default.
    /// </summary>
    public int ChunkRows { get; init; } = 65_536;

    /// <summary>How tasks are adapted.</summary>
    public AdapterOptions Adapter { get; init; } = new();

    /// <summary>Which adapted embeddings are used.</summary>
    public GuardrailOptions Guardrails { get; init; } = new();

    /// <summary>Wait before an embedding store that did not answer is read again; above 0 and at most 1 hour, 1 s by default.</summary>
    public TimeSpan StoreRetry { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether other processes write their tasks into the same generations: a generation that was begun is then added to, and
    /// not deleted where this process fails. False by default.
    /// </summary>
    public bool Shared { get; init; }

    /// <summary>Throws where a value is out of range.</summary>
    /// <exception cref="InvalidInputException">Names the setting, its value, and what would be accepted.</exception>
    public void Validate()
    {
        if (ThreadCount is < 1 or > 256)
        {
            throw new InvalidInputException(nameof(ThreadCount), $"{ThreadCount}", "1 to 256 threads");
        }

        if (ChunkRows is < 1 or > 1 << 24)
        {
            throw new InvalidInputException(nameof(ChunkRows), $"{ChunkRows}", $"1 to {1 << 24} samples");
        }

        if (StoreRetry <= TimeSpan.Zero || StoreRetry > TimeSpan.FromHours(1))
        {
            throw new InvalidInputException(nameof(StoreRetry), $"{StoreRetry}", "a time above 0 and at most 1 hour");
        }

        Adapter.Validate();
        Guardrails.Validate();
    }
}
