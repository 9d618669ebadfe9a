using LiMaml.Training.Evaluation;

namespace LiMaml.Training.Experiments.Catalogue;

/// <summary>Experiments about stored meta embeddings in service: how they are made, how fresh they are, for whom.</summary>
internal static class Service
{
    private static readonly ScoringMode[] Stored = [ScoringMode.NoFineTuning, ScoringMode.FineTunedStored];

    /// <summary>Table 14: what is kept of a task's adapted meta block.</summary>
    public static Experiment Aggregation { get; } = new()
    {
        Name = "aggregation",
        Paper = "Table 14",
        Title = "The stored vector: the latest sample's, or pooled over the support",
        Question = "The latest sample's embedding should be the best. Where meta features do not change between a task's rows, all ways give the same vector and the comparison is empty.",
        Variants = _ => [Variants.Vanilla, Variants.LiMaml],
        Modes = [.. Stored, ScoringMode.Aggregated],
        Evaluation = (_, options) => options with { Aggregations = [EmbeddingAggregation.Max, EmbeddingAggregation.Mean, EmbeddingAggregation.Cosine] },
        Figures = [new("auc", "AUC by aggregation", FigureMeasure.Auc) { Axis = FigureAxis.Scorings, Modes = [ScoringMode.Aggregated] }],
    };

    /// <summary>§5: how often embeddings are refreshed.</summary>
    public static Experiment Freshness { get; } = new()
    {
        Name = "freshness",
        Paper = "§5",
        Title = "Refresh cadence of stored meta embeddings, by replaying the test period",
        Question = "How much does each step from never over weekly, daily and hourly to every event bring?",
        Variants = _ => [Variants.Vanilla, Variants.LiMaml],
        Modes = [.. Stored, ScoringMode.Replayed],
        Evaluation = (_, options) => options with { Cadences = RefreshCadence.Named },
        Figures =
        [
            new("auc", "AUC by refresh cadence", FigureMeasure.Auc) { Axis = FigureAxis.Scorings, Modes = [ScoringMode.Replayed] },
            new("task-auc", "Mean per-task AUC by refresh cadence", FigureMeasure.TaskAuc) { Axis = FigureAxis.Scorings, Modes = [ScoringMode.Replayed] },
        ],
    };

    /// <summary>§7.2: who gains.</summary>
    public static Experiment Cohorts { get; } = new()
    {
        Name = "cohorts",
        Paper = "§7.2",
        Title = "Frequent, lapsed and new tasks",
        Question = "Whom does adaptation help most? New tasks have no training rows: 'limaml prepare --new-tasks 0.2' holds some out.",
        Variants = _ => [Variants.Vanilla, Variants.LiMaml],
        Modes = Stored,
        Slices = [ReportSlice.All, ReportSlice.Frequent, ReportSlice.Lapsed, ReportSlice.New, ReportSlice.NotAdapted],
        Evaluation = (_, options) => options with { Cohorts = true },
        Figures = [new("gain", "AUC gain by cohort", FigureMeasure.Gain) { Axis = FigureAxis.Slices, Modes = Stored }],
    };

    /// <summary>New members by how many samples they have.</summary>
    public static Experiment FewShot { get; } = new()
    {
        Name = "few-shot",
        Paper = "§7.2, beyond",
        Title = "Tasks with few samples: AUC by their number",
        Question = "From how many samples on does adaptation pay? For tasks never seen in training, prepare the dataset with --new-tasks.",
        Variants = _ => [Variants.Vanilla, Variants.LiMaml],
        Modes = [.. Stored, ScoringMode.FewShot],
        Slices = [ReportSlice.All, ReportSlice.New],
        Evaluation = (setting, options) => Rivals.Add(setting, options) with { Cohorts = true, FewShot = [0, 1, 2, 4, 8, 16] },
        Figures =
        [
            new("auc", "AUC by number of support samples, all tasks", FigureMeasure.Auc) { Axis = FigureAxis.Scorings, Modes = [ScoringMode.FewShot], XLabel = "support samples, at most" },
            new("auc-new", "AUC by number of support samples, new tasks", FigureMeasure.Auc) { Axis = FigureAxis.Scorings, Modes = [ScoringMode.FewShot], XLabel = "support samples, at most", Slice = ReportSlice.New },
        ],
    };

    /// <summary>The public comparison.</summary>
    public static Experiment Public { get; } = new()
    {
        Name = "public",
        Paper = "GDMix, beyond",
        Title = "Against published figures and tuned simple rivals",
        Question = "The published comparison divides MovieLens 100K by chance, 80/20, label rating > 3: 'limaml prepare --source movielens-100k --split random'.",
        Variants = setting => [Variants.Vanilla, Variants.EntireNetwork(setting), Variants.LiMaml],
        Modes = [ScoringMode.NoFineTuning, ScoringMode.FineTuned, ScoringMode.FineTunedStored],
        Evaluation = Rivals.Add,
        Remarks =
        [
            "Published for ml-100k, random 80/20, by LinkedIn's GDMix (AUC): logistic regression .6237, with per-user models .7058, with per-movie models too .7599; DeText .7090, .7665, .7680.",
            "A random division trains on the future: compare with such figures only.",
        ],
        Figures = [new("auc", "AUC", FigureMeasure.Auc), new("task-auc", "Mean per-task AUC", FigureMeasure.TaskAuc)],
    };
}
