using LiMaml.Models;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Datasets;
using LiMaml.Training.Data;
using LiMaml.Training.Outer;
using LiMaml.Training.Runs;
using LiMaml.Training.Tensors;

namespace LiMaml.Training;

/// <summary>
/// Trains a model on a prepared dataset, in a run folder that an interruption cannot spoil. Dropout draws from the process's
/// one generator: where two runs share a process at the same time, neither can be repeated bit for bit.
/// </summary>
public static class TrainingRun
{
    /// <summary>Starts a run.</summary>
    /// <param name="datasetFolder">A prepared dataset.</param>
    /// <param name="configuration">The model and how to train it.</param>
    /// <param name="runFolder">Where everything is kept.</param>
    /// <param name="overwrite">Whether a run there may be replaced.</param>
    /// <param name="progress">Told of every few steps and every epoch.</param>
    /// <param name="cancellation">Saves the state and returns; <see cref="ResumeAsync"/> goes on.</param>
    /// <exception cref="InvalidInputException">Dataset, configuration or folder are not what they must be.</exception>
    public static async Task<TrainingOutcome> StartAsync(
        string datasetFolder,
        TrainingConfiguration configuration,
        string runFolder,
        bool overwrite = false,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var dataset = Dataset.Open(datasetFolder);
        var folder = RunFolder.Create(runFolder, Configure(dataset, datasetFolder, configuration), overwrite);
        return await RunAsync(folder, dataset, progress, null, cancellation).ConfigureAwait(false);
    }

    /// <summary>Goes on with an interrupted run, or begins a planned one; the result is the one it would have had, bit for bit on the CPU.</summary>
    /// <exception cref="InvalidInputException">The folder holds no run, or its dataset changed.</exception>
    public static Task<TrainingOutcome> ResumeAsync(string runFolder, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default) =>
        AdvanceAsync(runFolder, progress, null, cancellation);

    /// <summary>Goes on as <see cref="ResumeAsync"/> does, until <paramref name="pause"/> holds for what has been reached at the end of an epoch; the outcome is then that of an interrupted run.</summary>
    internal static async Task<TrainingOutcome> AdvanceAsync(string runFolder, IProgress<TrainingProgress>? progress, Func<TrainingOutcome, bool>? pause, CancellationToken cancellation)
    {
        var folder = RunFolder.Open(runFolder);
        return await RunAsync(folder, Dataset.Open(folder.Configuration.Dataset), progress, pause, cancellation).ConfigureAwait(false);
    }

    /// <summary>What came of a run, or null where it has not ended.</summary>
    /// <exception cref="InvalidInputException">The run's state cannot be read.</exception>
    public static TrainingOutcome? FindOutcome(string runFolder) =>
        RunFolder.ReadState(runFolder) is { Finished: true } state
            ? new TrainingOutcome(RunFolder.CheckpointFolderOf(runFolder), state.BestEpoch, state.Score, state.Epoch, Interrupted: false)
            : null;

    /// <summary>The epochs that a run has behind it.</summary>
    /// <exception cref="InvalidInputException">They cannot be read.</exception>
    public static IReadOnlyList<EpochMetrics> ReadMetrics(string runFolder) => RunFolder.ReadMetrics(runFolder);

    /// <summary>The resolved configuration of a run on a dataset.</summary>
    /// <exception cref="InvalidInputException">They do not fit, or the dataset cannot be trained on.</exception>
    internal static RunConfiguration Configure(Dataset dataset, string datasetFolder, TrainingConfiguration configuration)
    {
        var model = configuration.Resolve(dataset.Schema);
        model.MetaBlocks.ToList().ForEach(block => CheckSplits(dataset, block.Task));
        Devices.Split(configuration.Training.Device).ToList().ForEach(name => Devices.Parse(name));
        return new RunConfiguration(Path.GetFullPath(datasetFolder), model, configuration.Training);
    }

    /// <summary>
    /// The same model anew on training and validation rows together, by what the run chose on validation rows: as many epochs as
    /// its best, its fine-tuning steps. No row is left to watch by.
    /// </summary>
    /// <exception cref="InvalidInputException">The run has not ended, or is such a one already.</exception>
    internal static RunConfiguration Refit(string runFolder)
    {
        var run = RunFolder.ReadConfiguration(runFolder);
        var outcome = FindOutcome(runFolder) ?? throw new InvalidInputException($"training run '{runFolder}'", "a run that has not ended", $"one that has: limaml train --resume {runFolder}");
        if (run.Refit is not null)
        {
            throw new InvalidInputException($"training run '{runFolder}'", "a refit", "the run that it was made from, which chose epochs and steps on validation rows");
        }

        var chosen = Checkpoint.Read(outcome.CheckpointFolder).Model;
        return run with { Model = run.Model with { FineTuning = chosen.FineTuning }, Refit = new Refit(outcome.BestEpoch, chosen.Rounds) };
    }

    private static async Task<TrainingOutcome> RunAsync(RunFolder folder, Dataset dataset, IProgress<TrainingProgress>? progress, Func<TrainingOutcome, bool>? pause, CancellationToken cancellation)
    {
        using var held = folder.Hold();
        progress?.Report(Message("reading the dataset"));
        var data = new Dictionary<string, JointData>(); // replicas on one device share it
        try
        {
            var names = Devices.Split(folder.Configuration.Training.Device);
            foreach (var name in names.Distinct())
            {
                data[name] = await JointData.LoadAsync(dataset, folder.Configuration.Model, Devices.Parse(name), merges: folder.Configuration.Refit is not null, cancellation).ConfigureAwait(false);
            }

            using var trainer = new Trainer(folder, dataset.Schema, [.. names.Select(name => data[name])], progress);
            return await Task.Run(() => trainer.Run(pause, cancellation), CancellationToken.None).ConfigureAwait(false); // dispose scopes stay on one thread
        }
        finally
        {
            data.Values.ToList().ForEach(rows => rows.Dispose());
        }
    }

    private static void CheckSplits(Dataset dataset, string task)
    {
        foreach (var split in new[] { Split.Train, Split.Validation })
        {
            if (!dataset.Has(task, split))
            {
                throw new InvalidInputException($"dataset '{dataset.Folder}', task definition '{task}'", $"no {split} rows", "rows to train on and rows for early stopping");
            }
        }
    }

    private static TrainingProgress Message(string message) => new(0, 0, 0, 0, 0, 0, TimeSpan.Zero, null, message);
}
