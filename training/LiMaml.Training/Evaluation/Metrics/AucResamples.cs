using System.Numerics;

namespace LiMaml.Training.Evaluation.Metrics;

/// <summary>
/// Pooled AUC of many resamples of the tasks: a task drawn m times counts each of its rows m times. Rows are sorted once, and
/// one walk over them serves as many resamples as fit the processor's vectors and cache; each area is exact.
/// </summary>
internal static class AucResamples
{
    private const int Seed = 20_240_825;
    private static readonly int BlockSize = 32 / Vector<double>.Count * Vector<double>.Count;

    /// <summary>
    /// The area of each resample; not a number where it lacks a class. Which tasks a resample holds depends on the distinct
    /// tasks and its own number only, so that models scored on the same rows are compared draw by draw.
    /// </summary>
    /// <param name="samples">Binary or graded labels.</param>
    /// <param name="draws">Resamples.</param>
    public static double[] Compute(ScoredSamples samples, int draws)
    {
        Columns.CheckGrades(samples.Labels);
        var order = Columns.Order(samples.Scores);
        var tasks = samples.Tasks.Distinct().Order().ToArray();
        var taskOf = Array.ConvertAll(samples.Tasks, task => Array.BinarySearch(tasks, task));
        var aucs = new double[draws];
        for (var first = 0; first < draws; first += BlockSize)
        {
            var block = Block(samples, order, taskOf, Multiplicities(tasks.Length, first));
            block.AsSpan(0, Math.Min(BlockSize, draws - first)).CopyTo(aucs.AsSpan(first));
        }

        return aucs;
    }

    /// <summary>How often each task is in each resample of a block [tasks, block].</summary>
    private static double[] Multiplicities(int taskCount, int first)
    {
        var multiplicities = new double[taskCount * BlockSize];
        for (var draw = 0; draw < BlockSize; draw++)
        {
            var random = new Random(unchecked(Seed + ((first + draw) * 7919)));
            for (var index = 0; index < taskCount; index++)
            {
                multiplicities[(random.Next(taskCount) * BlockSize) + draw]++;
            }
        }

        return multiplicities;
    }

    private static double[] Block(ScoredSamples samples, int[] order, int[] taskOf, double[] multiplicities)
    {
        var (negatives, positives, ordered) = (new double[BlockSize], new double[BlockSize], new double[BlockSize]);
        for (int start = 0, end; start < order.Length; start = end)
        {
            end = Columns.EndOfTie(samples.Scores, order, start);
            var tie = order.AsSpan(start, end - start);

            // A positive row is above the negatives before it and half of those tied with it.
            AddNegatives(tie, 0.5);
            foreach (var row in tie)
            {
                if (samples.Positives[row] == 1)
                {
                    AddPositive(Of(row), Columns.WeightOf(samples.Weights, row), negatives, positives, ordered);
                }
            }

            AddNegatives(tie, 0.5);
        }

        return [.. Enumerable.Range(0, BlockSize).Select(draw => ordered[draw] / (negatives[draw] * positives[draw]))];

        ReadOnlySpan<double> Of(int row) => multiplicities.AsSpan(taskOf[row] * BlockSize, BlockSize);

        void AddNegatives(ReadOnlySpan<int> tie, double share)
        {
            foreach (var row in tie)
            {
                if (samples.Positives[row] == 0)
                {
                    AddScaled(Of(row), share * Columns.WeightOf(samples.Weights, row), negatives);
                }
            }
        }
    }

    private static void AddPositive(ReadOnlySpan<double> times, double weight, Span<double> negatives, Span<double> positives, Span<double> ordered)
    {
        for (var start = 0; start < BlockSize; start += Vector<double>.Count)
        {
            var weights = new Vector<double>(times[start..]) * weight;
            (new Vector<double>(positives[start..]) + weights).CopyTo(positives[start..]);
            (new Vector<double>(ordered[start..]) + (weights * new Vector<double>(negatives[start..]))).CopyTo(ordered[start..]);
        }
    }

    private static void AddScaled(ReadOnlySpan<double> times, double weight, Span<double> sums)
    {
        for (var start = 0; start < BlockSize; start += Vector<double>.Count)
        {
            (new Vector<double>(sums[start..]) + (new Vector<double>(times[start..]) * weight)).CopyTo(sums[start..]);
        }
    }
}
