using LiMaml.Models;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Datasets;
using LiMaml.Models.Json;
using LiMaml.Models.Network;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Training.Baselines;
using LiMaml.Training.Data;
using LiMaml.Training.Evaluation.Metrics;
using LiMaml.Training.Tensors;
using static TorchSharp.torch;

namespace LiMaml.Training.Evaluation;

/// <summary>Judges models on the test rows of a prepared dataset, with and without fine-tuning on what came before (paper §6.2).</summary>
public static class ModelEvaluation
{
    /// <summary>Evaluates every model and seed, and fits and evaluates the rivals.</summary>
    /// <exception cref="InvalidInputException">No test rows, a model of another schema or task definition, an unknown feature or baseline, rivals without validation rows or binary labels.</exception>
    public static async Task<EvaluationReport> RunAsync(EvaluationOptions options, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var dataset = Dataset.Open(options.Dataset);
        var models = options.Models.Select(model => (model.Name, Checkpoints: model.CheckpointFolders.Select(Checkpoint.Read).ToList())).ToList();
        var task = TaskOf(options, dataset, models);
        Check(options, dataset, task, models);
        var lines = new List<ScoredLine>();
        if (options.Reference.Count > 0)
        {
            lines.Add(await ReferenceAsync(dataset, task, options, cancellation).ConfigureAwait(false));
        }

        foreach (var (name, checkpoints) in models)
        {
            var seeds = new List<IReadOnlyList<(ScoringMode Mode, string? Variant, IReadOnlyDictionary<ReportSlice, ScoredSamples> Samples)>>();
            foreach (var checkpoint in checkpoints)
            {
                progress?.Report($"{name}, checkpoint {seeds.Count + 1} of {checkpoints.Count}");
                using var data = await JointData.LoadAsync(dataset, checkpoint.Model, Devices.Parse(options.Device), merges: false, cancellation).ConfigureAwait(false);
                seeds.Add(await Task.Run(
                    () => data.Definitions is [var only] ? ModelLines.Score(checkpoint, only, options, cancellation) : JointLines.Score(checkpoint, data, task, options, cancellation),
                    CancellationToken.None).ConfigureAwait(false));
            }

            lines.AddRange(seeds[0].Select((line, index) => new ScoredLine(name, line.Mode, line.Variant, [.. seeds.Select(seed => seed[index].Samples)])));
        }

        var choices = new List<string>();
        if (!options.Rivals.IsEmpty)
        {
            using var data = await LoadAsync(dataset, task, [.. dataset.Schema.Features.Select(feature => feature.Name)], cancellation).ConfigureAwait(false);
            await Task.Run(() => ScoreRivals(data, dataset.Schema, task, options, progress, lines, choices, cancellation), CancellationToken.None).ConfigureAwait(false);
        }

        var baseline = BaselineOf(options, models, lines);
        progress?.Report("comparing");
        return new EvaluationReport(
            dataset.Schema.Name, task, options.Support, baseline.Model, EvaluationRows.Of(lines, baseline, dataset.Schema.Label, options.BootstrapDraws), choices.Count > 0 ? choices : null);
    }

    /// <summary>The splits that tasks are fine-tuned on.</summary>
    internal static IReadOnlyList<Split> Support(EvaluationOptions options) =>
        options.Support is SupportRows.Window ? [Split.Train, Split.Validation] : [Split.Validation];

    /// <summary>The first vanilla model, else the first other one trained without an inner loop, else the first.</summary>
    internal static string DefaultBaseline(IEnumerable<(string Name, List<Checkpoint> Checkpoints)> models) =>
        models.MinBy(model => model.Checkpoints[0].Model.Algorithm switch { TrainingAlgorithm.Vanilla => 0, var other => other.HasInnerLoop ? 2 : 1 }).Name;

    private static string TaskOf(EvaluationOptions options, Dataset dataset, List<(string Name, List<Checkpoint> Checkpoints)> models)
    {
        if ((models.Count == 0 && options.Rivals.IsEmpty) || models.Any(model => model.Checkpoints.Count == 0))
        {
            throw new InvalidInputException("evaluation, models", "none", "at least one model with one checkpoint, or a rival");
        }

        return options.Task is { } name ? dataset.Schema.Task(name).Name
            : models.Count > 0 ? models[0].Checkpoints[0].Model.MetaBlocks[0].Task : dataset.Schema.Tasks[0].Name;
    }

    private static void Check(EvaluationOptions options, Dataset dataset, string task, List<(string Name, List<Checkpoint> Checkpoints)> models)
    {
        foreach (var (name, checkpoint) in models.SelectMany(model => model.Checkpoints.Select(checkpoint => (model.Name, checkpoint))))
        {
            if (checkpoint.Model.MetaBlocks.All(block => block.Task != task))
            {
                throw new InvalidInputException(
                    $"evaluation, model '{name}'", $"task definition '{string.Join(", ", checkpoint.Model.MetaBlocks.Select(block => block.Task))}'", $"'{task}', by whose tasks all models are judged");
            }

            if (!ContractJson.Serialize(checkpoint.Schema).AsSpan().SequenceEqual(ContractJson.Serialize(dataset.Schema)))
            {
                throw new InvalidInputException($"evaluation, model '{name}'", $"a checkpoint trained under another schema ('{checkpoint.Schema.Name}')", $"the schema of dataset '{dataset.Folder}'");
            }
        }

        if (!dataset.Has(task, Split.Test))
        {
            throw new InvalidInputException($"dataset '{dataset.Folder}', task definition '{task}'", "no test rows", "rows to evaluate on");
        }

        if (options.Baseline is { } baseline && models.Count > 0 && models.All(model => model.Name != baseline))
        {
            throw new InvalidInputException("evaluation, baseline", $"'{baseline}'", $"one of {string.Join(", ", models.Select(model => model.Name))}");
        }

        if (options.FewShot.Any(count => count < 0))
        {
            throw new InvalidInputException("evaluation, few-shot", $"{options.FewShot.Min()} rows", "0 or more");
        }

        if (!options.Rivals.IsEmpty && (dataset.Schema.Label is LabelKind.Real || !dataset.Has(task, Split.Train) || !dataset.Has(task, Split.Validation)))
        {
            throw new InvalidInputException($"dataset '{dataset.Folder}', task definition '{task}'", "real labels, or no training or no validation rows", "binary or graded labels, rows to fit rivals to and rows to choose their settings on");
        }

        foreach (var feature in options.Reference.Select(dataset.Schema.Feature).Where(feature => feature is not DenseFeature))
        {
            throw new InvalidInputException($"evaluation, reference feature '{feature.Name}'", "a feature that is not dense", "a dense feature, such as a log-odds");
        }
    }

    private static async Task<ScoredLine> ReferenceAsync(Dataset dataset, string task, EvaluationOptions options, CancellationToken cancellation)
    {
        using var data = await LoadAsync(dataset, task, options.Reference, cancellation).ConfigureAwait(false);
        using var sum = data.GlobalInputs[FeatureLayout.DenseInput].sum(1);
        var values = sum.data<float>().ToArray();
        var rows = new TestRows(data, EpisodesOf.Tasks(data, Support(options), Split.Test, 1), options.Cohorts);
        return new ScoredLine(string.Join(" + ", options.Reference), ScoringMode.Reference, null, [rows.Collect(row => values[row])]);
    }

    private static void ScoreRivals(
        TaskData data, DatasetSchema schema, string task, EvaluationOptions options, IProgress<string>? progress, List<ScoredLine> lines, List<string> choices, CancellationToken cancellation)
    {
        var threads = get_num_threads();
        var rows = new TestRows(data, EpisodesOf.Tasks(data, Support(options), Split.Test, 1), options.Cohorts);
        var rivals = new List<IRival>();
        if (options.Rivals.FactorisationItem is { } item)
        {
            rivals.Add(Baselines.Rivals.Factorisation(data, schema, item, threads));
        }

        if (options.Rivals.RandomEffects is { } others)
        {
            rivals.Add(Baselines.Rivals.RandomEffects(data, schema, schema.Task(task), others, threads));
        }

        foreach (var rival in rivals)
        {
            progress?.Report($"{rival.Name}: choosing settings and fitting");
            var (scored, choice) = RivalLines.Score(rival, data, rows, options.FewShot, cancellation);
            lines.AddRange(scored);
            choices.Add(choice);
        }
    }

    /// <summary>Loads exactly the columns of some features: those of a model that reads no others.</summary>
    private static Task<TaskData> LoadAsync(Dataset dataset, string task, IReadOnlyList<string> features, CancellationToken cancellation)
    {
        var spec = new ModelSpec
        {
            MetaBlocks = [new MetaBlockSpec { Task = task, Features = [] }],
            Global = new GlobalBlockSpec { Features = features },
        };
        return TaskData.LoadAsync(dataset, spec, CPU, cancellation: cancellation);
    }

    private static ScoredLine BaselineOf(EvaluationOptions options, List<(string Name, List<Checkpoint> Checkpoints)> models, List<ScoredLine> lines)
    {
        var name = options.Baseline ?? (models.Count > 0 ? DefaultBaseline(models) : null);
        return lines.First(line => line.Mode is ScoringMode.NoFineTuning or ScoringMode.FittedToTraining && (name is null || line.Model == name));
    }
}
