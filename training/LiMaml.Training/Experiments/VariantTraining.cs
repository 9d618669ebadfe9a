using System.Text.Json.Nodes;
using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Training.Experiments;

/// <summary>How the training of a variant went, over its seeds.</summary>
/// <param name="Name">Of the variant.</param>
/// <param name="X">The swept value; null where it is not part of a sweep.</param>
/// <param name="Changes">What it does otherwise than the base, values by path.</param>
/// <param name="Folder">Of its runs, below the experiment's folder.</param>
/// <param name="ValidationAuc">Of the best epoch after fine-tuning.</param>
/// <param name="BestEpoch">From 1.</param>
/// <param name="Epochs">Trained in all.</param>
/// <param name="EpochSeconds">Seconds of an epoch's outer steps, a mean over its epochs.</param>
/// <param name="Seconds">Seconds of all outer steps up to the best epoch.</param>
public sealed record VariantTraining(
    string Name, double? X, JsonObject Changes, string Folder, Summary ValidationAuc, Summary BestEpoch, Summary Epochs, Summary EpochSeconds, Summary Seconds)
{
    /// <summary>Reads it from the runs, all of which have ended.</summary>
    public static VariantTraining Of(PlannedVariant variant, string folder)
    {
        ArgumentNullException.ThrowIfNull(variant);
        var runs = variant.Runs.Select(run => (Outcome: TrainingRun.FindOutcome(run)!, Metrics: TrainingRun.ReadMetrics(run))).ToList();
        return new VariantTraining(
            variant.Name,
            variant.Variant.X,
            variant.Variant.Patch.ToJson(),
            Path.GetRelativePath(folder, variant.Folder).Replace(Path.DirectorySeparatorChar, '/'),
            Summary.Of([.. runs.Select(run => run.Outcome.BestValidationAuc)]),
            Summary.Of([.. runs.Select(run => (double)run.Outcome.BestEpoch)]),
            Summary.Of([.. runs.Select(run => (double)run.Outcome.Epochs)]),
            Summary.Of([.. runs.Select(run => run.Metrics.Average(epoch => epoch.TrainingSeconds))]),
            Summary.Of([.. runs.Select(run => run.Metrics.Take(run.Outcome.BestEpoch).Sum(epoch => epoch.TrainingSeconds))]));
    }
}
