namespace LiMaml.Training.Runs;

/// <summary>An epoch of a training run, a line of <c>metrics.jsonl</c>.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Step">Outer steps done in all.</param>
/// <param name="TrainingLoss">Mean outer loss of the epoch.</param>
/// <param name="ValidationAuc">After fine-tuning; for real labels, minus the root mean squared error. Null of a refit, which has no validation rows.</param>
/// <param name="LearningRate">At the end of the epoch.</param>
/// <param name="Seconds">Since the run or its resumption began.</param>
/// <param name="TrainingSeconds">Of the epoch's outer steps alone, without validation; where a resumed run did some of them, in proportion for all.</param>
public sealed record EpochMetrics(int Epoch, long Step, double TrainingLoss, double? ValidationAuc, double LearningRate, double Seconds, double TrainingSeconds);
