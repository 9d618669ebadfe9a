namespace LiMaml.Runtime.Batches;

/// <summary>
/// How many rows or tasks a run has. ONNX Runtime computes each of them alike whatever the others are, with one exception:
/// for a single one it takes other kernels (matrix times vector), which sum in another order. So runs have at least two,
/// padding being the second, and results do not depend, to the last bit, on who shares a run.
/// </summary>
internal static class BatchShape
{
    private const int Least = 2;

    /// <summary>The size of a run's first axis for <paramref name="count"/> rows or tasks, at least 1.</summary>
    public static int SizeFor(int count) => Math.Max(Least, count);

    /// <summary><paramref name="places"/>, filled up with padding to the size of a run.</summary>
    public static ReadOnlySpan<int> Fill(ReadOnlySpan<int> places) =>
        places.Length >= Least ? places : (int[])[.. places, FeatureTensors.Padding];
}
