using LiMaml.Models;

namespace LiMaml.Runtime.Graphs;

/// <summary>How graphs are executed.</summary>
public sealed record GraphOptions
{
    /// <summary>Threads that share one run; 0 (the default) takes one for each processor.</summary>
    public int ThreadCount { get; init; }

    /// <summary>
    /// Whether threads spin while they wait for work. False by default: spinning burns processors between short requests.
    /// </summary>
    public bool Spinning { get; init; }

    /// <summary>Whether only kernels that give the same bits for the same inputs may be used. True by default.</summary>
    public bool Deterministic { get; init; } = true;

    /// <summary>
    /// Providers in order of preference; the first that this build and machine have is used. The processor by default,
    /// and always as the last resort.
    /// </summary>
    public IReadOnlyList<ExecutionProvider> Providers { get; init; } = [ExecutionProvider.Cpu];

    /// <summary>Throws where a value is out of range.</summary>
    /// <exception cref="InvalidInputException">Names the option.</exception>
    internal void Validate()
    {
        if (ThreadCount is < 0 or > 1024)
        {
            throw new InvalidInputException(nameof(ThreadCount), $"{ThreadCount}", "0 (one for each processor) to 1024");
        }
    }
}
