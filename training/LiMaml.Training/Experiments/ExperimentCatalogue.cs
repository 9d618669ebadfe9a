using LiMaml.Models;
using LiMaml.Training.Experiments.Catalogue;

namespace LiMaml.Training.Experiments;

/// <summary>The experiments there are, one name for each table of the paper that can be reproduced.</summary>
public static class ExperimentCatalogue
{
    /// <summary>All of them, in the paper's order.</summary>
    public static IReadOnlyList<Experiment> All { get; } =
    [
        Comparisons.Table3,
        Comparisons.Table4,
        Comparisons.TaskDefinitions,
        Speed.Table6,
        Speed.Table9,
        Sweeps.Table10,
        Sweeps.TaskLearningRate,
        Sweeps.GlobalLearningRate,
        Service.Aggregation,
        Service.Freshness,
        Service.Cohorts,
        Service.FewShot,
        Service.Public,
        Comparisons.MetaBlocks,
        Comparisons.BothSides,
    ];

    /// <summary>The experiment called <paramref name="name"/>.</summary>
    /// <exception cref="InvalidInputException">There is none.</exception>
    public static Experiment Find(string name) =>
        All.FirstOrDefault(experiment => experiment.Name == name)
        ?? throw new InvalidInputException("experiment", $"'{name}'", $"one of {string.Join(", ", All.Select(experiment => experiment.Name))}");
}
