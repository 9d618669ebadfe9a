using LiMaml.Models;

namespace LiMaml.Export;

/// <summary>How Triton merges requests to graphs whose rows are independent: <c>global</c> and <c>meta</c>.</summary>
public sealed record TritonBatching
{
    /// <summary>Most rows of one call: 65,536.</summary>
    public const int LargestBatch = 65536;

    /// <summary>Longest wait accepted: 1 s.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(1);

    /// <summary>Row counts that are run as soon as they are reached, ascending, each from 1 to <see cref="LargestBatch"/>; empty lets Triton choose. Default empty.</summary>
    public IReadOnlyList<int> PreferredSizes { get; init; } = [];

    /// <summary>How long a request waits for others, from 0 to <see cref="LongestDelay"/>, whole microseconds. Default 0: what waits anyway is merged.</summary>
    public TimeSpan QueueDelay { get; init; }

    /// <summary>Refuses values out of range.</summary>
    /// <exception cref="InvalidInputException">One is.</exception>
    internal void Validate()
    {
        if (PreferredSizes.Any(size => size is < 1 or > LargestBatch) || PreferredSizes.Zip(PreferredSizes.Skip(1)).Any(pair => pair.First >= pair.Second))
        {
            throw new InvalidInputException("batching: preferred sizes", string.Join(", ", PreferredSizes), $"ascending sizes from 1 to {LargestBatch}");
        }

        if (QueueDelay < TimeSpan.Zero || QueueDelay > LongestDelay)
        {
            throw new InvalidInputException("batching: queue delay", $"{QueueDelay}", $"0 to {LongestDelay}");
        }
    }
}
