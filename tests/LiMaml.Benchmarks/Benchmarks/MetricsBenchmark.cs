using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Benchmarks.Benchmarks;

/// <summary>What measuring a model costs, beside scoring it.</summary>
internal sealed class MetricsBenchmark : TimedBenchmark
{
    private const int RowCount = 1_000_000;
    private const int TaskCount = 20_000;

    internal override string Name => "metrics";

    internal override string Description => $"Metrics of {RowCount:N0} samples of {TaskCount:N0} tasks.";

    internal override IReadOnlyList<Variant> Prepare(int threads)
    {
        var random = new Random(1);
        var samples = new ScoredSamples(
            [.. Enumerable.Range(0, RowCount).Select(_ => random.Next(TaskCount))],
            [.. Enumerable.Range(0, RowCount).Select(_ => random.NextSingle())],
            [.. Enumerable.Range(0, RowCount).Select(_ => (float)random.Next(2))]);
        return
        [
            new Variant("pooled AUC", () => Auc.Compute(samples.Scores, samples.Labels)),
            new Variant("mean of per-task AUC", () => TaskAuc.Compute(samples)),
            new Variant("all, upper slice", () => BinaryMetrics.Compute(samples, TaskSlice.ManySamples)),
        ];
    }
}
