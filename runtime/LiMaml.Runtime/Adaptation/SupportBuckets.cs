using System.Numerics;

namespace LiMaml.Runtime.Adaptation;

/// <summary>Tasks that share a run of the <c>adapt</c> graph.</summary>
/// <param name="Length">Samples that each task's support is padded to.</param>
/// <param name="Tasks">Positions of the tasks among those planned.</param>
internal readonly record struct SupportBucket(int Length, int[] Tasks);

/// <summary>
/// Groups tasks by support length, so that little is padded: lengths are rounded up to powers of two, the capacity being
/// the last. The length that a task is padded to depends on its own support alone, never on its company.
/// </summary>
/// <param name="capacity">Samples used of a task, at least 1.</param>
/// <param name="batchRows">Padded samples in a run, at least 1; a longer support runs alone.</param>
internal sealed class SupportBuckets(int capacity, int batchRows)
{
    /// <summary>The length that a support of <paramref name="count"/> samples is padded to; 1 for none.</summary>
    public int LengthOf(int count) => Math.Min(capacity, (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(count, 1, capacity)));

    /// <summary>Every position of <paramref name="counts"/> in exactly one bucket, shortest first.</summary>
    public IEnumerable<SupportBucket> Plan(IReadOnlyList<int> counts) => Enumerable.Range(0, counts.Count)
        .GroupBy(task => LengthOf(counts[task]))
        .OrderBy(group => group.Key)
        .SelectMany(group => group.Chunk(Math.Max(1, batchRows / group.Key)).Select(tasks => new SupportBucket(group.Key, tasks)));
}
