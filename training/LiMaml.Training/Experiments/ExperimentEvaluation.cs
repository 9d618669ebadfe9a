using LiMaml.Models;
using LiMaml.Training.Evaluation;
using LiMaml.Training.Tensors;

namespace LiMaml.Training.Experiments;

/// <summary>Judges an experiment's models once all its runs have ended.</summary>
public static class ExperimentEvaluation
{
    private const int SmokeDraws = 20;

    /// <summary>One report for each task definition among the variants, in the order of the variants.</summary>
    /// <exception cref="InvalidInputException">The dataset has no test rows, or a run has not ended.</exception>
    public static async Task<IReadOnlyList<EvaluationReport>> RunAsync(ExperimentPlan plan, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var reports = new List<EvaluationReport>();
        foreach (var variants in plan.Variants.GroupBy(variant => variant.Configuration.Task))
        {
            var options = new EvaluationOptions
            {
                Dataset = plan.Options.Dataset,
                Models = [.. variants.Select(variant => new EvaluatedModel(variant.Name, [.. plan.Judged(variant).Select(CheckpointOf)]))],
                Device = Devices.Split(plan.Setting.Base.Training.Device)[0],
            };
            options = plan.Experiment.Evaluation(plan.Setting, plan.Options.IsSmoke ? options with { BootstrapDraws = SmokeDraws } : options);
            reports.Add(await ModelEvaluation.RunAsync(options, progress, cancellation).ConfigureAwait(false));
        }

        return reports;
    }

    private static string CheckpointOf(string run) => TrainingRun.FindOutcome(run)?.CheckpointFolder
        ?? throw new InvalidInputException(run, "a run that has not ended", "one that has; the same experiment again goes on with it");
}
