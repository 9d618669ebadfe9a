using System.Globalization;
using LiMaml.Cli.Reports;
using LiMaml.Training.Evaluation;
using LiMaml.Training.Experiments;

namespace LiMaml.Cli.Experiments;

/// <summary>An experiment's report for people.</summary>
internal static class ExperimentDocument
{
    /// <summary>The report.</summary>
    /// <param name="experiment">What was made.</param>
    /// <param name="report">What was found.</param>
    /// <param name="charts">Its plots by file name.</param>
    public static ReportDocument Of(Experiment experiment, ExperimentReport report, IReadOnlyDictionary<string, Chart> charts)
    {
        var parts = new List<ReportPart>
        {
            new Heading(1, $"{experiment.Paper}: {experiment.Title} ({report.Evaluations[0].Dataset})"),
            new Paragraph(experiment.Question),
        };
        if (report.IsSmoke)
        {
            parts.Add(new Paragraph("A smoke test: one seed and one epoch. The figures mean nothing."));
        }

        foreach (var evaluation in report.Evaluations)
        {
            parts.Add(new Heading(2, $"Tasks per {evaluation.Task}"));
            parts.Add(ExperimentTables.Results(experiment, evaluation));
        }

        parts.Add(new Remarks([.. Remarks(report), .. experiment.Remarks, .. report.Evaluations.SelectMany(evaluation => evaluation.Choices ?? []).Distinct().Select(choice => $"Chosen on validation rows: {choice}")]));
        parts.AddRange(charts.Select(chart => new Picture(chart.Key, chart.Value.Title)));
        parts.Add(new Heading(2, "Training"));
        parts.Add(ExperimentTables.Training(report.Training));
        if (experiment.IsTimed)
        {
            parts.Add(new Paragraph("Times are those of the outer steps, validation left out. Compare them only where the runs had the machine to themselves (--parallel 1)."));
        }

        parts.AddRange(ProvenanceParts.Of(report.Provenance));
        return new ReportDocument(parts);
    }

    private static List<string> Remarks(ExperimentReport report)
    {
        var support = report.Evaluations[0].Support is SupportRows.Window ? "the most recent training and validation rows" : "validation rows";
        return
        [
            .. report.Refits ? new[] { "Each model was trained twice: on training rows, where validation rows chose its best epoch and its fine-tuning; then for so many epochs on training and validation rows together. Test rows are scored by the second." } : [],
            string.Create(CultureInfo.InvariantCulture, $"Seeds {string.Join(", ", report.Seeds)}; ± is the standard deviation over seeds."),
            $"Fine-tuned on {support} of each task, with the number of steps and the step size that validation rows preferred for each model; scored on its test rows.",
            $"Gains are relative to the baseline without fine-tuning on the same tasks ({string.Join("; ", report.Evaluations.Select(evaluation => evaluation.Baseline))}); their ± is that of the model's own figure, their 95 % interval comes from resampling tasks. Per-task AUC is a mean over tasks with both labels.",
        ];
    }
}
