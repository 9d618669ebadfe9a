using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Training.Evaluation;

/// <summary>How rows were scored.</summary>
public enum ScoringMode
{
    /// <summary>A sum of features, no model.</summary>
    Reference,

    /// <summary>The model as trained.</summary>
    NoFineTuning,

    /// <summary>Fine-tuned per task; the adapted meta block reads each row's own meta features (the paper's offline evaluation).</summary>
    FineTuned,

    /// <summary>Fine-tuned per task; one stored vector a task, as production serves it.</summary>
    FineTunedStored,

    /// <summary>The same, the stored vector made of the embeddings of all support samples; the variant says how.</summary>
    Aggregated,

    /// <summary>The same, refreshed while the test period goes by; the variant says how often.</summary>
    Replayed,

    /// <summary>Of several task definitions: stored vectors, with some of them refreshed, or in so many rounds; the variant says which.</summary>
    Refreshed,

    /// <summary>A rival fitted to training rows.</summary>
    FittedToTraining,

    /// <summary>A rival fitted to training rows, the tasks' own part to training and validation rows.</summary>
    TasksRefitted,

    /// <summary>A rival fitted to training and validation rows.</summary>
    Refitted,

    /// <summary>A stored vector, or a task's own part, from few of its latest support rows; the variant is their number.</summary>
    FewShot,
}

/// <summary>Which tasks a figure is over.</summary>
public enum ReportSlice
{
    /// <summary>All tasks with test rows.</summary>
    All,

    /// <summary>Tasks with fewer than 25 test rows.</summary>
    FewSamples,

    /// <summary>Tasks with 25 test rows or more.</summary>
    ManySamples,

    /// <summary>Tasks without any support row: nothing to adapt to.</summary>
    NotAdapted,

    /// <summary>Tasks with training rows, and an earlier row within 28 days before their test rows (paper §7.2).</summary>
    Frequent,

    /// <summary>Tasks with training rows, none within 28 days, but some within three months.</summary>
    Lapsed,

    /// <summary>Tasks without training rows.</summary>
    New,
}

/// <summary>A 95 % interval of a relative gain, from resampling tasks.</summary>
/// <param name="Low">2.5 % of the resamples are below.</param>
/// <param name="High">2.5 % are above.</param>
public sealed record GainInterval(double Low, double High);

/// <summary>A line of the report: one model, one way of scoring, one slice, all seeds.</summary>
/// <param name="Model">Name.</param>
/// <param name="Mode">How rows were scored.</param>
/// <param name="Slice">Which tasks.</param>
/// <param name="SampleCount">Test rows.</param>
/// <param name="TaskCount">Tasks.</param>
/// <param name="Auc">Pooled AUC over all rows; null for real labels or where one class is missing.</param>
/// <param name="TaskAuc">Mean of per-task AUC over tasks with both labels.</param>
/// <param name="LogLoss">Mean cross-entropy in nats.</param>
/// <param name="CalibrationRatio">Observed ÷ predicted positives; 1 is calibrated.</param>
/// <param name="CalibrationError">Expected calibration error over ten bins.</param>
/// <param name="RootMeanSquaredError">For real labels.</param>
/// <param name="MeanAbsoluteError">For real labels.</param>
/// <param name="Gain">Relative AUC gain over the baseline in the same slice, e.g. 0.0147 for +1.47 %.</param>
/// <param name="Variant">Which of several of this mode, such as <c>daily</c>; null where there is one.</param>
/// <param name="Interval">Where the gain lies, by resampling tasks; null for the baseline itself.</param>
public sealed record EvaluationRow(
    string Model,
    ScoringMode Mode,
    ReportSlice Slice,
    int SampleCount,
    int TaskCount,
    Summary? Auc,
    Summary? TaskAuc,
    Summary? LogLoss,
    Summary? CalibrationRatio,
    Summary? CalibrationError,
    Summary? RootMeanSquaredError,
    Summary? MeanAbsoluteError,
    double? Gain,
    string? Variant = null,
    GainInterval? Interval = null);

/// <summary>What <c>limaml evaluate</c> found; JSON through ContractJson, tables for people in <see cref="EvaluationTables"/>.</summary>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="Task">The task definition.</param>
/// <param name="Support">What tasks were fine-tuned on.</param>
/// <param name="Baseline">The model that gains are relative to.</param>
/// <param name="Rows">One for each model, mode, variant and slice that has rows.</param>
/// <param name="Choices">What rivals chose on validation rows, a sentence each.</param>
public sealed record EvaluationReport(string Dataset, string Task, SupportRows Support, string Baseline, IReadOnlyList<EvaluationRow> Rows, IReadOnlyList<string>? Choices = null)
{
    /// <summary>The row of a model scored in a mode over a slice, or null.</summary>
    public EvaluationRow? Find(string model, ScoringMode mode, ReportSlice slice = ReportSlice.All, string? variant = null) =>
        Rows.FirstOrDefault(row => row.Model == model && row.Mode == mode && row.Slice == slice && row.Variant == variant);

    /// <summary>How a row was scored, in words.</summary>
    public static string Text(EvaluationRow row) => EvaluationTables.Text(row);

    /// <summary>A slice in words.</summary>
    public static string Text(ReportSlice slice) => EvaluationTables.Text(slice);

    /// <summary>Aligned tables for a terminal.</summary>
    public string ToText() => string.Join("\n", new EvaluationTables(this).All().Select(EvaluationTables.Align));

    /// <summary>Markdown tables.</summary>
    public string ToMarkdown() => string.Join("\n", new EvaluationTables(this).All().Select(EvaluationTables.Mark));
}
