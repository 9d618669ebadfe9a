using System.Text.Json.Nodes;
using LiMaml.Models;
using LiMaml.Training.Configurations;
using LiMaml.Training.Evaluation;

namespace LiMaml.Training.Experiments.Catalogue;

/// <summary>Experiments that set algorithms side by side.</summary>
internal static class Comparisons
{
    /// <summary>Table 3: each algorithm with and without fine-tuning, by tasks' size.</summary>
    public static Experiment Table3 { get; } = new()
    {
        Name = "table-3",
        Paper = "Table 3",
        Title = "Vanilla training, entire-network MAML and LiMAML, with and without fine-tuning",
        Question = "LiMAML with fine-tuning should be above vanilla training, fine-tuned or not, and close to MAML of the entire network, which cannot be served as one vector a task.",
        Variants = setting => [Variants.Vanilla, Variants.EntireNetwork(setting), Variants.LiMaml],
        Modes = [ScoringMode.NoFineTuning, ScoringMode.FineTuned, ScoringMode.FineTunedStored],
        Evaluation = Rivals.Add,
        Slices = [ReportSlice.All, ReportSlice.FewSamples, ReportSlice.ManySamples, ReportSlice.NotAdapted],
        Figures =
        [
            new("auc", "AUC, all tasks", FigureMeasure.Auc),
            new("gain", "AUC gain, all tasks", FigureMeasure.Gain),
            new("gain-few", "AUC gain, tasks with fewer than 25 test rows", FigureMeasure.Gain) { Slice = ReportSlice.FewSamples },
            new("gain-many", "AUC gain, tasks with 25 test rows or more", FigureMeasure.Gain) { Slice = ReportSlice.ManySamples },
            new("task-auc", "Mean per-task AUC, all tasks", FigureMeasure.TaskAuc),
        ],
    };

    /// <summary>Table 4: ID embeddings without meta-learning, and as the meta block.</summary>
    public static Experiment Table4 { get; } = new()
    {
        Name = "table-4",
        Paper = "Table 4",
        Title = "ID embeddings, trained plainly and as a meta block, against a meta block over features",
        Question = "A learned row for each task is worth most when the inner loop moves it; a meta block over features should do as well, and serves new tasks.",
        Variants = setting =>
        {
            var row = ConfigurationPatch.Of(("metaBlock.kind", "idEmbedding"), ("metaBlock.features", new JsonArray(IdFeature(setting))), ("metaBlock.history", null), ("metaBlock.transformer", null));
            return
            [
                Variants.Vanilla,
                new("wide and deep, ID embedding", ConfigurationPatch.Of(("algorithm", "wideAndDeep")).Then(row)),
                Variants.With("LiMAML, ID embedding", row),
                Variants.With("LiMAML, MLP", MetaBlockVariants.Mlp),
            ];
        },
        Evaluation = Rivals.Add,
        Figures = [new("gain", "AUC gain", FigureMeasure.Gain), new("task-auc", "Mean per-task AUC", FigureMeasure.TaskAuc)],
    };

    /// <summary>Tables 2 and 5: the dataset's task definitions.</summary>
    public static Experiment TaskDefinitions { get; } = new()
    {
        Name = "task-definitions",
        Paper = "Tables 2 and 5",
        Title = "Task definitions side by side",
        Question = "Which entity, or combination of entities, is worth adapting to? Gains are relative to vanilla training on batches of the same tasks.",
        Variants = setting =>
        [
            .. setting.Tasks.SelectMany(task => new[]
            {
                new ExperimentVariant($"vanilla per {task.Name}", Variants.Vanilla.Patch.Then(setting.For(task))),
                Variants.With($"LiMAML per {task.Name}", setting.For(task)),
            }),
        ],
        Figures = [new("gain", "AUC gain", FigureMeasure.Gain), new("auc", "AUC", FigureMeasure.Auc), new("task-auc", "Mean per-task AUC", FigureMeasure.TaskAuc)],
    };

    /// <summary>§8: a transformer over a task's sequence as the meta block, by what of it adapts.</summary>
    public static Experiment MetaBlocks { get; } = new()
    {
        Name = "meta-blocks",
        Paper = "§8, Table 4",
        Title = "Kinds of meta blocks: an MLP, a learned row, and a transformer over the task's sequence",
        Question = "A transformer knows a task's labels before any step, so it should be ahead without fine-tuning. What does fine-tuning add, and of which layers?",
        Variants = MetaBlockVariants.Of,
        Modes = [ScoringMode.NoFineTuning, ScoringMode.FineTuned, ScoringMode.FineTunedStored],
        Evaluation = Rivals.Add,
        Figures = [new("auc", "AUC", FigureMeasure.Auc), new("gain", "AUC gain", FigureMeasure.Gain), new("task-auc", "Mean per-task AUC", FigureMeasure.TaskAuc)],
    };

    /// <summary>§8: several task definitions that adapt to each other.</summary>
    public static Experiment BothSides { get; } = new()
    {
        Name = "both-sides",
        Paper = "§8, beyond",
        Title = "Several task definitions adapted to each other: all of them, one, or none",
        Question = "How much does refreshing either side alone bring, and both, in how many rounds? The rivals of the same structure: vanilla training of it, fine-tuned by strengths that validation rows chose, and matrix factorisation.",
        Variants = setting => [new("vanilla", Variants.Vanilla.Patch.Then(setting.ForAll())), Variants.With("LiMAML", setting.ForAll())],
        Modes = [ScoringMode.NoFineTuning, ScoringMode.FineTunedStored, ScoringMode.Refreshed],
        Evaluation = Rivals.Add,
        Figures =
        [
            new("auc", "AUC by what is refreshed", FigureMeasure.Auc) { Axis = FigureAxis.Scorings, Modes = [ScoringMode.Refreshed] },
            new("task-auc", "Mean per-task AUC by what is refreshed", FigureMeasure.TaskAuc) { Axis = FigureAxis.Scorings, Modes = [ScoringMode.Refreshed] },
        ],
    };

    private static string IdFeature(ExperimentSetting setting) => setting.IdFeature ?? throw new InvalidInputException(
        $"experiment table-4, task definition '{setting.Base.Task}' of dataset '{setting.Schema.Name}'",
        $"the keys {string.Join(", ", setting.Schema.Task(setting.Base.Task!).Keys)}, without a categorical feature of that name",
        "one key that is also a categorical feature, for an embedding of each task");
}
