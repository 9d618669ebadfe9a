using LiMaml.Models.Network;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using LiMaml.Training.Evaluation.Metrics;
using static TorchSharp.torch;

namespace LiMaml.Training.Evaluation;

/// <summary>One number for early stopping and tuning, higher is better: pooled AUC, or minus the root mean squared error.</summary>
internal static class ValidationScore
{
    /// <summary>Scores <paramref name="episodes"/> after <paramref name="fineTuning"/>.</summary>
    public static double Of(Network<Tensor> network, TaskData data, IReadOnlyList<Episode> episodes, InnerLoopSpec fineTuning, CancellationToken cancellation)
    {
        return Of(new Scorer(network, fineTuning, EmbeddingSource.Row).Score(data, episodes, cancellation), data, network.Spec.Label);
    }

    /// <summary>The number for scores by row position.</summary>
    public static double Of(IReadOnlyDictionary<int, float> scores, TaskData data, LabelKind label)
    {
        var rows = scores.Keys.Order().ToArray();
        var labels = Array.ConvertAll(rows, row => data.LabelValues[row]);
        var values = Array.ConvertAll(rows, row => scores[row]);
        if (Array.Exists(values, value => !float.IsFinite(value)))
        {
            return double.MinValue; // steps too large for these tasks: never chosen
        }

        return label is not LabelKind.Real
            ? Auc.Compute(values, Grades.Positives(labels)) ?? 0.5
            : -Math.Sqrt(values.Zip(labels, (value, actual) => (value - actual) * (double)(value - actual)).Average());
    }
}
