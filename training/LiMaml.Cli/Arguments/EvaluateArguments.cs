using System.CommandLine;
using LiMaml.Models;
using LiMaml.Training.Evaluation;

namespace LiMaml.Cli.Arguments;

/// <summary>What <c>evaluate</c> may be told: what to compare, and in which ways to score it.</summary>
internal sealed class EvaluateArguments
{
    private readonly Option<string> dataset = Common.Dataset();
    private readonly Option<string[]> models = new("--model", "-m")
    {
        Description = "A model to judge: name=folder of a checkpoint or a run, several seeds separated by commas (or the folder that holds seed-1, seed-2 …). May be given several times; may be left out where there is a rival.",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "name=folder",
    };

    private readonly Option<string?> task = new("--task") { Description = "Task definition that rows are judged by. Default: the first model's first, or the dataset's.", HelpName = "name" };
    private readonly Option<SupportRows> support = Choice.Of("--support", "Rows each task is fine-tuned on: the most recent training and validation rows (window, the default) or validation rows only.", ("window", SupportRows.Window), ("validation", SupportRows.Validation));
    private readonly Option<string[]> reference = Several("--reference", "Dense features whose sum is scored as a reference without a model, e.g. item_log_odds member_log_odds.", "feature");
    private readonly Option<string?> baseline = new("--baseline") { Description = "The model whose row without fine-tuning gains are relative to. Default: the first vanilla one, else the first trained without an inner loop, else the first.", HelpName = "name" };
    private readonly Option<string?> factorisation = new("--factorisation") { Description = "Also judge a tuned matrix factorisation of tasks and this categorical feature, e.g. item_id.", HelpName = "feature" };
    private readonly Option<string[]> randomEffects = Several("--random-effects", "Also judge GLMix: a shared logistic regression and one for each task and, where categorical features are named, for each of their values.", "feature");
    private readonly Option<EmbeddingAggregation[]> aggregation = Choice.Several(
        "--aggregation",
        "How stored vectors are made, a line each: of the latest sample (always shown), or as the max, mean or cosine-weighted mean over the support samples.",
        ("latest", EmbeddingAggregation.Latest), ("max", EmbeddingAggregation.Max), ("mean", EmbeddingAggregation.Mean), ("cosine", EmbeddingAggregation.Cosine));

    private readonly Option<string[]> cadence = Several("--cadence", "Replay the test period with stored vectors refreshed so often, a line each: never, weekly, daily, hourly, every-event, or a time such as 06:00:00.", "cadence");
    private readonly Option<bool> cohorts = new("--cohorts") { Description = "Tell tasks apart that are frequent, lapsed, or new (without training rows)." };
    private readonly Option<int[]> fewShot = Text.Numbers("--few-shot", "Also judge everything with only so many of the latest support rows of a task, e.g. 0 1 2 4 8 16.", "count");
    private readonly Option<int?> draws = Text.Number("--bootstrap", "Resamples of the tasks for the 95 % interval of each gain, 0 for none. Default 1,000.", 0, 1_000_000);
    private readonly Option<string?> device = new("--device") { Description = "cpu, cuda or cuda:N. Default cpu.", HelpName = "device" };

    public EvaluateArguments() => randomEffects.Arity = ArgumentArity.ZeroOrMore;

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [dataset, models, task, support, reference, baseline, factorisation, randomEffects, aggregation, cadence, cohorts, fewShot, draws, device];

    /// <summary>What was given.</summary>
    /// <exception cref="InvalidInputException">A model or cadence cannot be read.</exception>
    public EvaluationOptions Read(ParseResult result) => new()
    {
        Dataset = result.GetRequiredValue(dataset),
        Models = ReadModels(result.GetValue(models) ?? []),
        Task = result.GetValue(task),
        Support = result.GetValue(support),
        Reference = result.GetValue(reference) ?? [],
        Baseline = result.GetValue(baseline),
        Rivals = new RivalOptions
        {
            FactorisationItem = result.GetValue(factorisation),
            RandomEffects = result.GetResult(randomEffects) is { Implicit: false } ? result.GetValue(randomEffects) ?? [] : null,
        },
        Aggregations = result.GetValue(aggregation) ?? [],
        Cadences = [.. (result.GetValue(cadence) ?? []).Select(RefreshCadence.Parse)],
        Cohorts = result.GetValue(cohorts),
        FewShot = result.GetValue(fewShot) ?? [],
        BootstrapDraws = result.GetValue(draws) ?? new EvaluationOptions { Dataset = "" }.BootstrapDraws,
        Device = result.GetValue(device) ?? "cpu",
    };

    private static Option<string[]> Several(string name, string description, string helpName) =>
        new(name) { Description = description, AllowMultipleArgumentsPerToken = true, HelpName = helpName };

    private static IReadOnlyList<EvaluatedModel> ReadModels(IReadOnlyList<string> texts)
    {
        var models = texts.Select(ReadModel).ToList();
        var twice = models.GroupBy(model => model.Name).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? models : throw new InvalidInputException("--model", $"the name '{twice.Key}' twice", "a name of its own for each model; seeds of one model are separated by commas");
    }

    private static EvaluatedModel ReadModel(string text)
    {
        var sign = text.IndexOf('=', StringComparison.Ordinal);
        return sign > 0 && sign < text.Length - 1
            ? new EvaluatedModel(text[..sign], [.. text[(sign + 1)..].Split(',').SelectMany(CheckpointPath.Resolve)])
            : throw new InvalidInputException("--model", $"'{text}'", "name=folder, e.g. limaml=runs/limaml");
    }
}
