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
        var runs = configurations.Select(configuration => TrainingRun.Configure(dataset, datasetFolder, configuration)).ToList();
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
