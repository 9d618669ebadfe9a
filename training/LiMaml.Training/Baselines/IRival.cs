namespace LiMaml.Training.Baselines;

/// <summary>
/// A simple model that meta-learning is compared with, over the rows of one task definition. It chooses its settings by itself,
/// on training and validation rows; rows of the test split are scored and never looked at otherwise.
/// </summary>
internal interface IRival
{
    /// <summary>What the table calls it.</summary>
    string Name { get; }

    /// <summary>Chooses the settings by validation AUC of a fit to training rows.</summary>
    /// <returns>What was chosen, for people.</returns>
    string Choose(CancellationToken cancellation);

    /// <summary>Fits all of it to some rows, oldest first.</summary>
    /// <returns>The logit of a row, by its position.</returns>
    Func<int, double> Fit(int[] fitted, CancellationToken cancellation);

    /// <summary>Fits what tasks share to training rows, and each task's own part to some rows, oldest first: what a refresh of the tasks alone gives.</summary>
    /// <returns>The logit of a row, by its position.</returns>
    Func<int, double> FitTasks(int[] fitted, CancellationToken cancellation);
}
