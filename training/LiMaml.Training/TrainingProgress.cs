namespace LiMaml.Training;

/// <summary>Where a training run stands.</summary>
/// <param name="Epoch">The epoch under way, from 1.</param>
/// <param name="Epochs">Most epochs.</param>
/// <param name="Step">Outer steps done in this epoch.</param>
/// <param name="Steps">Outer steps of this epoch.</param>
/// <param name="Loss">Mean outer loss of the epoch so far.</param>
/// <param name="RowsPerSecond">Support and query rows worked through a second.</param>
/// <param name="Remaining">Until the last epoch would end, early stopping aside.</param>
/// <param name="ValidationAuc">At the end of an epoch: validation AUC (for real labels, minus the root mean squared error) after fine-tuning; NaN of a refit, which has no validation rows. Null during an epoch.</param>
/// <param name="Message">What is being done, where it is not a step.</param>
public sealed record TrainingProgress(int Epoch, int Epochs, long Step, long Steps, double Loss, double RowsPerSecond, TimeSpan Remaining, double? ValidationAuc, string? Message);

/// <summary>What a training run left behind.</summary>
/// <param name="CheckpointFolder">The best epoch's checkpoint; the last one's of a refit.</param>
/// <param name="BestEpoch">From 1; 0 where no epoch was finished.</param>
/// <param name="BestValidationAuc">Its validation AUC after fine-tuning (for real labels, minus the root mean squared error); NaN of a refit.</param>
/// <param name="Epochs">Epochs finished.</param>
/// <param name="Interrupted">True where it was cancelled and can be resumed.</param>
public sealed record TrainingOutcome(string CheckpointFolder, int BestEpoch, double BestValidationAuc, int Epochs, bool Interrupted);
