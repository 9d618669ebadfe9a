using System.Text;
using LiMaml.Cli.Arguments;
using LiMaml.Cli.Display;
using LiMaml.Cli.Reports;
using LiMaml.Models.Json;
using LiMaml.Training.Experiments;

namespace LiMaml.Cli.Experiments;

/// <summary>Makes an experiment from its plan to its report.</summary>
/// <param name="plan">What is made.</param>
/// <param name="command">The command line, for the report.</param>
/// <param name="terminal">Where progress and results go.</param>
internal sealed class ExperimentJob(ExperimentPlan plan, string command, Terminal terminal)
{
    private readonly DateTimeOffset began = terminal.Clock.GetUtcNow();

    /// <summary>Trains what is left, evaluates, and writes the report.</summary>
    /// <param name="parallel">Runs at a time.</param>
    /// <param name="threads">Of each process.</param>
    /// <param name="cancellation">Leaves everything so that the same again goes on.</param>
    public async Task<ExperimentReport> RunAsync(int parallel, int threads, CancellationToken cancellation)
    {
        await new RunQueue([.. plan.Runs.Select(run => (run, NameOf(run)))], parallel, threads, terminal).RunAsync(cancellation);
        if (plan.Options.Refits)
        {
            var refits = plan.PlanRefits().Zip(plan.Runs).Select(pair => (pair.First, $"{NameOf(pair.Second)}, refit"));
            await new RunQueue([.. refits], parallel, threads, terminal).RunAsync(cancellation);
        }

        var evaluations = await terminal.WithProgressAsync(progress =>
            ExperimentEvaluation.RunAsync(plan, new Relay<string>(progress, what => new Progress($"scoring test rows: {what}")), cancellation));
        var report = new ExperimentReport
        {
            Experiment = plan.Experiment.Name,
            IsSmoke = plan.Options.IsSmoke,
            Refits = plan.Options.Refits,
            Dataset = plan.Options.Dataset,
            Seeds = plan.Options.Seeds,
            Configuration = plan.Setting.Base,
            Training = [.. plan.Variants.Select(variant => VariantTraining.Of(variant, plan.Options.Folder))],
            Evaluations = evaluations,
            Figures = [],
            Provenance = Provenance.OfProcess([command, .. Alone()], began, terminal.Clock),
        };
        return Write(report);
    }

    private string NameOf(string run) => $"{plan.Variants.First(variant => variant.Runs.Contains(run)).Name} {Path.GetFileName(run)}";

    private ExperimentReport Write(ExperimentReport report)
    {
        var charts = new ExperimentCharts(plan.Experiment, report).All;
        report = report with { Figures = [.. charts.Keys] };
        Directory.CreateDirectory(Path.Combine(plan.ReportFolder, "variants"));
        foreach (var variant in plan.Variants)
        {
            ContractJson.Write(ConfigurationFile(variant), variant.Configuration);
        }

        ReportFiles.Write(plan.ReportFolder, ExperimentDocument.Of(plan.Experiment, report, charts), charts);
        ContractJson.Write(Path.Combine(plan.ReportFolder, ReportFiles.Json), report); // last: where it is, the rest is
        return report;
    }

    /// <summary>How each variant is trained by itself.</summary>
    private IEnumerable<string> Alone() => plan.Variants.SelectMany(variant => plan.Options.Refits ? [Train(variant), Refit(variant)] : new[] { Train(variant) });

    private string Train(PlannedVariant variant) => CommandLine.Of(
        "train", "--dataset", plan.Options.Dataset, "--config", ConfigurationFile(variant), "--seed", string.Join(' ', plan.Options.Seeds), "--out", $"runs/{Slug(variant.Name)}");

    private static string Refit(PlannedVariant variant) => CommandLine.Of("train", "--refit", $"runs/{Slug(variant.Name)}", "--out", $"runs/{Slug(variant.Name)}-refit");

    private string ConfigurationFile(PlannedVariant variant) => Path.Combine(plan.ReportFolder, "variants", Slug(variant.Name) + ".json");

    private static string Slug(string name)
    {
        var slug = new StringBuilder();
        foreach (var character in name)
        {
            slug.Append(char.IsAsciiLetterOrDigit(character) || character == '.' ? char.ToLowerInvariant(character) : '-');
        }

        return string.Join('-', slug.ToString().Split('-', StringSplitOptions.RemoveEmptyEntries));
    }
}
