using System.Security.Cryptography;
using System.Text.Json;
using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Json;
using LiMaml.Training.Configurations;
using LiMaml.Training.Runs;

namespace LiMaml.Training.Experiments;

/// <summary>A variant with its configuration and its runs' folders.</summary>
/// <param name="Variant">What it changes.</param>
/// <param name="Configuration">What is trained; its seed is that of the first run.</param>
/// <param name="Folder">Holds a folder for each seed, <c>seed-1</c>, <c>seed-2</c> …</param>
/// <param name="Runs">One folder for each seed, in the order of the seeds.</param>
public sealed record PlannedVariant(ExperimentVariant Variant, TrainingConfiguration Configuration, string Folder, IReadOnlyList<string> Runs)
{
    /// <summary>Name of the variant.</summary>
    public string Name => Variant.Name;
}

/// <summary>
/// An experiment on one dataset, its runs laid out as folders. A run's folder is named after its configuration, so whatever
/// has been trained before, by this experiment or another with the same folder, is there already.
/// </summary>
public sealed class ExperimentPlan
{
    private static readonly ConfigurationPatch Smoke = ConfigurationPatch.Of(("training.epochs", 1), ("training.patience", 1), ("training.validationTasks", 20));

    private ExperimentPlan(Experiment experiment, ExperimentOptions options, ExperimentSetting setting, IReadOnlyList<PlannedVariant> variants)
    {
        Experiment = experiment;
        Options = options;
        Setting = setting;
        Variants = variants;
    }

    /// <summary>What is made.</summary>
    public Experiment Experiment { get; }

    /// <summary>On what it is made; of a smoke test, with one seed.</summary>
    public ExperimentOptions Options { get; }

    /// <summary>What the variants started from.</summary>
    public ExperimentSetting Setting { get; }

    /// <summary>In the order of the experiment.</summary>
    public IReadOnlyList<PlannedVariant> Variants { get; }

    /// <summary>Where the report goes.</summary>
    public string ReportFolder => Path.Combine(Options.Folder, Experiment.Name);

    /// <summary>Every run once, all variants' first seeds first: an interrupted experiment has something of each.</summary>
    public IReadOnlyList<string> Runs => [.. Options.Seeds.SelectMany((_, seed) => Variants.Select(variant => variant.Runs[seed])).Distinct()];

    /// <summary>The folders that hold the models to judge, of the runs of a variant: the runs themselves, or their refits.</summary>
    public IReadOnlyList<string> Judged(PlannedVariant variant)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return Options.Refits ? [.. variant.Runs.Select(RefitOf)] : variant.Runs;
    }

    /// <summary>Once all runs have ended: plans their refits where that has not been done, and gives their folders.</summary>
    /// <exception cref="InvalidInputException">A run has not ended.</exception>
    public IReadOnlyList<string> PlanRefits()
    {
        foreach (var run in Runs.Where(run => !RunFolder.Is(RefitOf(run))))
        {
            TrainingRuns.PlanRefits(run, RefitOf(run));
        }

        return [.. Runs.Select(RefitOf)];
    }

    private static string RefitOf(string run) => Path.Combine(run, "refit");

    /// <summary>Makes the folders of the runs that are not there yet; none is begun.</summary>
    /// <exception cref="InvalidInputException">Dataset, configurations, seeds or names of variants are not what they must be; nothing was written.</exception>
    public static ExperimentPlan Create(Experiment experiment, ExperimentOptions options)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(options);
        new RunPlan(options.Seeds).Validate($"experiment {experiment.Name}");
        options = options.IsSmoke ? options with { Seeds = [options.Seeds[0]] } : options;
        var dataset = Dataset.Open(options.Dataset);
        var setting = new ExperimentSetting(dataset.Schema, ConfigurationPatch.Explicit(options.Configuration, dataset.Schema));
        var plan = Select(experiment, setting, options).Select(variant => Plan(variant, setting, options, dataset)).ToList();
        foreach (var (folder, run) in plan.SelectMany(variant => variant.Runs).DistinctBy(run => run.Folder).Where(run => !RunFolder.Is(run.Folder)))
        {
            RunFolder.Write(folder, run, overwrite: false);
        }

        return new ExperimentPlan(experiment, options, setting, [.. plan.Select(entry => entry.Variant)]);
    }

    private static IReadOnlyList<ExperimentVariant> Select(Experiment experiment, ExperimentSetting setting, ExperimentOptions options)
    {
        var all = experiment.Variants(setting);
        foreach (var unknown in options.Only.Concat(options.Own.Keys).Except(all.Select(variant => variant.Name)))
        {
            throw new InvalidInputException($"experiment {experiment.Name}, variant", $"'{unknown}'", $"one of {string.Join("; ", all.Select(variant => variant.Name))}");
        }

        return options.Only.Count == 0 ? all : [.. all.Where(variant => options.Only.Contains(variant.Name))];
    }

    private static (PlannedVariant Variant, IReadOnlyList<(string Folder, RunConfiguration Run)> Runs) Plan(ExperimentVariant variant, ExperimentSetting setting, ExperimentOptions options, Dataset dataset)
    {
        var start = options.Own.TryGetValue(variant.Name, out var own) ? ConfigurationPatch.Explicit(own, dataset.Schema) : setting.Base;
        var configuration = variant.Patch.Then(options.IsSmoke ? Smoke : ConfigurationPatch.None).Apply(start, $"variant '{variant.Name}'");
        var folder = Path.Combine(options.Folder, "runs", NameOf(Configure(dataset, options.Dataset, configuration, 0)));
        var runs = options.Seeds.Select(seed => (Path.Combine(folder, RunPlan.NameOf(seed)), Configure(dataset, options.Dataset, configuration, seed))).ToList();
        var planned = new PlannedVariant(variant, WithSeed(configuration, options.Seeds[0]), folder, [.. runs.Select(run => run.Item1)]);
        return (planned, runs);
    }

    private static RunConfiguration Configure(Dataset dataset, string folder, TrainingConfiguration configuration, int seed) =>
        TrainingRun.Configure(dataset, folder, WithSeed(configuration, seed));

    private static TrainingConfiguration WithSeed(TrainingConfiguration configuration, int seed) => configuration with { Training = configuration.Training with { Seed = seed } };

    private static string NameOf(RunConfiguration run) =>
        $"{JsonNamingPolicy.CamelCase.ConvertName($"{run.Model.Algorithm}")}-{Convert.ToHexStringLower(SHA256.HashData(ContractJson.Serialize(run)))[..12]}";
}
