using System.Globalization;
using LiMaml.Training.Configurations;
using LiMaml.Training.Evaluation;

namespace LiMaml.Training.Experiments.Catalogue;

/// <summary>Experiments about training time (paper §6.4).</summary>
internal static class Speed
{
    private const int BaseTasks = 32;
    private const int LargeBatch = 128;

    /// <summary>Table 6: what makes training faster, one measure after the other.</summary>
    public static Experiment Table6 { get; } = new()
    {
        Name = "table-6",
        Paper = "Table 6",
        Title = "Training time with larger batches, a scaled learning rate, several devices, one inner step",
        Question = "Each measure should save time and keep the AUC: 32 → 128 tasks a batch with the learning rate scaled in proportion, clipping, warm-up and decay, gradients exchanged in the outer step only, n = 1.",
        Variants = setting =>
        {
            var fewest = Steps(setting)[0];
            var device = setting.Base.Training.Device;
            var small = ConfigurationPatch.Of(("training.tasksPerBatch", BaseTasks), ("training.baseTasksPerBatch", BaseTasks), ("training.warmupSteps", 0), ("training.decay", "none"), ("training.clipNorm", 1e6));
            var large = small.Then(ConfigurationPatch.Of(("training.tasksPerBatch", LargeBatch)));
            var clipped = large.Then(ConfigurationPatch.Of(("training.clipNorm", 1.0)));
            var scheduled = clipped.Then(ConfigurationPatch.Of(("training.warmupSteps", 50), ("training.decay", "cosine")));
            return
            [
                Variants.Vanilla,
                Variants.With($"{BaseTasks} tasks a batch", small),
                Variants.With($"{LargeBatch} tasks a batch, learning rate scaled", large),
                Variants.With("… and clipped at 1", clipped),
                Variants.With("… and warm-up, decay", scheduled),
                Variants.With("… on two replicas", scheduled.Then(ConfigurationPatch.Of(("training.device", $"{device},{device}")))),
                Variants.With(string.Create(CultureInfo.InvariantCulture, $"… and n = {fewest}, on one"), scheduled.Then(ConfigurationPatch.Of(("innerLoop.steps", fewest)))),
            ];
        },
        IsTimed = true,
        Figures = [new("time", "Training time of an epoch", FigureMeasure.TrainingTime), new("gain", "AUC gain", FigureMeasure.Gain)],
    };

    /// <summary>Table 9: the number of inner steps.</summary>
    public static Experiment Table9 { get; } = new()
    {
        Name = "table-9",
        Paper = "Table 9",
        Title = "Training time and gain by the number of inner steps n",
        Question = "Time should grow about linearly in n while the gain hardly changes.",
        Variants = setting =>
        [
            Variants.Vanilla,
            .. Steps(setting).Select(steps => Variants.With(
                string.Create(CultureInfo.InvariantCulture, $"n = {steps}"), ConfigurationPatch.Of(("innerLoop.steps", steps)), steps)),
        ],
        IsTimed = true,
        Modes = [ScoringMode.NoFineTuning, ScoringMode.FineTuned],
        Figures =
        [
            new("time", "Training time of an epoch", FigureMeasure.TrainingTime) { XLabel = "inner steps n" },
            new("gain", "AUC gain", FigureMeasure.Gain) { XLabel = "inner steps n" },
        ],
    };

    /// <summary>The numbers of inner steps, 1 to 5, that the base's inner loop takes.</summary>
    private static int[] Steps(ExperimentSetting setting) =>
        [.. Enumerable.Range(1, 5).Where(steps => setting.Takes(Variants.LiMaml.Patch.Then(ConfigurationPatch.Of(("innerLoop.steps", steps)))))];
}
