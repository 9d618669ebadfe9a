using System.Numerics;

namespace LiMaml.Runtime.Batches;

/// <summary>
/// How many rows or tasks a run has. ONNX Runtime's matrix products give each of them the same bits whatever the others
/// are, except for a single one: for that it multiplies a matrix with a vector, and sums in another order. So runs have at
/// least two, padding being the second, and who shares a run does not matter.
/// </summary>
/// <remarks>
/// What still depends, in the last bit, on a value's place in a batch are ONNX Runtime's logarithms (vectors of values and
/// the few left over take different code): those of log1p features, those in the losses, and those of times between the
/// samples of a transformer; and likewise the exponentials of its attention.
/// </remarks>
internal static class BatchShape
{
    private const int Least = 2;

    /// <summary>The size of a run's first axis for <paramref name="count"/> rows or tasks, at least 1.</summary>
    public static int SizeFor(int count) => Math.Max(Least, count);

    /// <summary>
    /// The size of the first axis of a run that only few sizes are to occur in: the next power of two, so that less than half is
    /// padding. Rows that are none, all zeros, change no other row.
    /// </summary>
    public static int BucketFor(int count) => (int)BitOperations.RoundUpToPowerOf2((uint)SizeFor(count));

    /// <summary><paramref name="places"/>, filled up with padding to the size of a run.</summary>
    public static ReadOnlySpan<int> Fill(ReadOnlySpan<int> places) =>
        places.Length >= Least ? places : (int[])[.. places, FeatureTensors.Padding];
}
