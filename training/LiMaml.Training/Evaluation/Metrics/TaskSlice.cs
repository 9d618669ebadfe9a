namespace LiMaml.Training.Evaluation.Metrics;

/// <summary>Tasks told apart by how many samples of theirs are evaluated (paper, Table 3).</summary>
public enum TaskSlice
{
    /// <summary>Every task.</summary>
    All,

    /// <summary>Tasks with fewer than <see cref="TaskSliceExtensions.Boundary"/> evaluated samples.</summary>
    FewSamples,

    /// <summary>Tasks with <see cref="TaskSliceExtensions.Boundary"/> evaluated samples or more.</summary>
    ManySamples,
}

/// <summary>Which tasks a slice holds.</summary>
public static class TaskSliceExtensions
{
    /// <summary>The first number of samples that belongs to the upper slice.</summary>
    public const int Boundary = 25;

    /// <summary>Whether a task with <paramref name="sampleCount"/> evaluated samples belongs to <paramref name="slice"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such slice.</exception>
    public static bool Contains(this TaskSlice slice, int sampleCount) => slice switch
    {
        TaskSlice.All => true,
        TaskSlice.FewSamples => sampleCount < Boundary,
        TaskSlice.ManySamples => sampleCount >= Boundary,
        _ => throw new ArgumentOutOfRangeException(nameof(slice), slice, null),
    };
}
