using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Files;
using LiMaml.Models.Json;
using LiMaml.Training.Runs;

namespace LiMaml.Training;

/// <summary>
/// A folder of runs that differ in their seed, <c>seed-1</c>, <c>seed-2</c> … All of them are there before the first one
/// begins, so whatever interrupts them, <see cref="TrainingRun.ResumeAsync"/> on each in turn is all that is left to do.
/// </summary>
public static class TrainingRuns
{
    /// <summary>Makes the folder, and in it one for each run, none of them begun.</summary>
    /// <param name="datasetFolder">A prepared dataset.</param>
    /// <param name="configurations">One for each run, no two with the same seed.</param>
    /// <param name="folder">Where the runs are kept.</param>
    /// <param name="overwrite">Whether a folder of runs there may be replaced.</param>
    /// <returns>The runs' folders, in the order of the configurations.</returns>
    /// <exception cref="InvalidInputException">Dataset, configurations or folder are not what they must be; nothing was written.</exception>
    public static IReadOnlyList<string> Plan(string datasetFolder, IReadOnlyList<TrainingConfiguration> configurations, string folder, bool overwrite = false)
    {
        ArgumentNullException.ThrowIfNull(configurations);
        var plan = new RunPlan([.. configurations.Select(configuration => configuration.Training.Seed)]);
        plan.Validate("training configurations");
        var dataset = Dataset.Open(datasetFolder);
        return Write(plan, [.. configurations.Select(configuration => TrainingRun.Configure(dataset, datasetFolder, configuration))], folder, overwrite);
    }

    /// <summary>
    /// Plans a refit of each run: the same model trained anew on training and validation rows together, for as many epochs as
    /// the run's best one, with the fine-tuning that it chose on validation rows.
    /// </summary>
    /// <param name="from">The folder of a run, or of the runs of several seeds, all of which have ended.</param>
    /// <param name="folder">Where the refits are kept, laid out like the runs.</param>
    /// <param name="overwrite">Whether what is there may be replaced.</param>
    /// <returns>The refits' folders, none of them begun.</returns>
    /// <exception cref="InvalidInputException">A run has not ended or is a refit, or a folder is not what it must be; nothing was written.</exception>
    public static IReadOnlyList<string> PlanRefits(string from, string folder, bool overwrite = false)
    {
        var runs = Find(from);
        var refits = runs.Select(TrainingRun.Refit).ToList();
        if (RunFolder.Is(from))
        {
            RunFolder.Write(folder, refits[0], overwrite);
            return [folder];
        }

        return Write(new RunPlan([.. refits.Select(refit => refit.Training.Seed)]), refits, folder, overwrite);
    }

    private static IReadOnlyList<string> Write(RunPlan plan, IReadOnlyList<RunConfiguration> runs, string folder, bool overwrite)
    {
        using (var target = AtomicFolder.Create(folder, RunPlan.FileName, overwrite))
        {
            foreach (var (name, run) in plan.Names.Zip(runs))
            {
                RunFolder.Write(Path.Combine(target.Partial, name), run, overwrite: false);
            }

            ContractJson.Write(Path.Combine(target.Partial, RunPlan.FileName), plan);
            target.Complete();
        }

        return Find(folder);
    }

    /// <summary>The runs at a path: the one whose folder it is, or those planned there, whether they have begun or not.</summary>
    /// <exception cref="InvalidInputException">There is none, or a planned one is missing.</exception>
    public static IReadOnlyList<string> Find(string folder)
    {
        if (RunFolder.Is(folder))
        {
            return [folder];
        }

        var file = Path.Combine(folder, RunPlan.FileName);
        if (!File.Exists(file))
        {
            throw new InvalidInputException(folder, Directory.Exists(folder) ? "a folder without a training run" : "nothing", "the folder of a training run, which has a configuration.json, or of the runs of several seeds, which has a runs.json");
        }

        var plan = ContractJson.Read<RunPlan>(file);
        plan.Validate(file);
        string[] runs = [.. plan.Names.Select(name => Path.Combine(folder, name))];
        return Array.Find(runs, run => !RunFolder.Is(run)) is { } missing
            ? throw new InvalidInputException(missing, "no training run", $"one, as {file} plans it")
            : runs;
    }
}
