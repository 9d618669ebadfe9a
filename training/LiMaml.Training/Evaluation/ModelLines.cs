using System.Globalization;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Datasets;
using LiMaml.Models.Network;
using LiMaml.Training.Data;
using LiMaml.Training.Evaluation.Metrics;
using LiMaml.Training.Tensors;
using static TorchSharp.torch;

namespace LiMaml.Training.Evaluation;

/// <summary>Scores test rows with one checkpoint, in every way that is asked for.</summary>
internal static class ModelLines
{
    /// <summary>Mode, variant and samples by slice; the same modes in the same order for every checkpoint.</summary>
    public static IReadOnlyList<(ScoringMode Mode, string? Variant, IReadOnlyDictionary<ReportSlice, ScoredSamples> Samples)> Score(
        Checkpoint checkpoint, TaskData data, EvaluationOptions options, CancellationToken cancellation)
    {
        using var parameters = ModelParameters.From(checkpoint, data.Labels.device);
        var network = new Network<Tensor>(checkpoint.Model, checkpoint.Schema, new TorchAlgebra(data.Labels.device), name => parameters[name]);
        var fineTuning = checkpoint.Model.FineTuning;
        var support = ModelEvaluation.Support(options);
        var episodes = EpisodesOf.Tasks(data, support, Split.Test, fineTuning.SupportCapacity);
        var rows = new TestRows(data, episodes, options.Cohorts);
        var lines = new List<(ScoringMode Mode, string? Variant, IReadOnlyDictionary<ReportSlice, ScoredSamples> Samples)>();

        void Add(ScoringMode mode, string? variant, IReadOnlyList<Episode> of, EmbeddingSource source, EmbeddingAggregation aggregation = EmbeddingAggregation.Latest)
        {
            var steps = mode is ScoringMode.NoFineTuning ? fineTuning with { Steps = 0 } : fineTuning;
            var scores = new Scorer(network, steps, source, aggregation).Score(data, of, cancellation);
            lines.Add((mode, variant, rows.Collect(row => scores[row])));
        }

        Add(ScoringMode.NoFineTuning, null, episodes, EmbeddingSource.Row);
        Add(ScoringMode.FineTuned, null, episodes, EmbeddingSource.Row);
        Add(ScoringMode.FineTunedStored, null, episodes, EmbeddingSource.Stored);
        foreach (var aggregation in options.Aggregations.Where(aggregation => aggregation is not EmbeddingAggregation.Latest))
        {
            Add(ScoringMode.Aggregated, aggregation.ToString().ToLowerInvariant(), episodes, EmbeddingSource.Stored, aggregation);
        }

        foreach (var cadence in options.Cadences)
        {
            Add(ScoringMode.Replayed, cadence.Name, Replay.Episodes(data, support, fineTuning.SupportCapacity, cadence), EmbeddingSource.Stored);
        }

        foreach (var count in options.FewShot)
        {
            Add(ScoringMode.FewShot, count.ToString(CultureInfo.InvariantCulture), [.. episodes.Select(episode => episode with { Support = Latest(episode.Support, count) })], EmbeddingSource.Stored);
        }

        return lines;
    }

    private static int[] Latest(int[] rows, int count) => rows[^Math.Min(count, rows.Length)..];
}
