using LiMaml.Models;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Datasets;
using LiMaml.Models.Json;
using LiMaml.Models.Network;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using LiMaml.Training.Evaluation.Metrics;
using LiMaml.Training.Tensors;
using static TorchSharp.torch;

namespace LiMaml.Training.Evaluation;

/// <summary>Judges models on the test rows of a prepared dataset, with and without fine-tuning on what came before (paper §6.2).</summary>
public static class ModelEvaluation
{
    /// <summary>Evaluates every model and seed.</summary>
    /// <exception cref="InvalidInputException">No test rows, a model of another schema or task definition, an unknown reference feature or baseline.</exception>
    public static async Task<EvaluationReport> RunAsync(EvaluationOptions options, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var dataset = Dataset.Open(options.Dataset);
        var models = options.Models.Select(model => (model.Name, Checkpoints: model.CheckpointFolders.Select(Checkpoint.Read).ToList())).ToList();
        Check(options, dataset, models);
        var task = models[0].Checkpoints[0].Model.MetaBlocks[0].Task;
        var scored = new List<(string Model, ScoringMode Mode, List<Scores> Seeds)>();
        if (options.Reference.Count > 0)
        {
            scored.Add((string.Join(" + ", options.Reference), ScoringMode.Reference, [await ReferenceAsync(dataset, task, options, cancellation).ConfigureAwait(false)]));
        }

        foreach (var (name, checkpoints) in models)
        {
            var modes = new[] { ScoringMode.NoFineTuning, ScoringMode.FineTuned, ScoringMode.FineTunedStored }.ToDictionary(mode => mode, _ => new List<Scores>());
            for (var seed = 0; seed < checkpoints.Count; seed++)
            {
                progress?.Report($"{name}, checkpoint {seed + 1} of {checkpoints.Count}");
                var data = await TaskData.LoadAsync(dataset, checkpoints[seed].Model, Devices.Parse(options.Device), null, cancellation).ConfigureAwait(false);
                await Task.Run(() => Score(checkpoints[seed], data, options, modes, cancellation), CancellationToken.None).ConfigureAwait(false);
            }

            scored.AddRange(modes.Select(mode => (name, mode.Key, mode.Value)));
        }

        var baseline = options.Baseline ?? DefaultBaseline(models);
        return new EvaluationReport(dataset.Schema.Name, task, options.Support, baseline, Rows(scored, baseline, dataset.Schema.Label));
    }

    /// <summary>The first vanilla model, else the first other one trained without an inner loop, else the first.</summary>
    internal static string DefaultBaseline(IEnumerable<(string Name, List<Checkpoint> Checkpoints)> models) =>
        models.MinBy(model => model.Checkpoints[0].Model.Algorithm switch { TrainingAlgorithm.Vanilla => 0, var other => other.HasInnerLoop ? 2 : 1 }).Name;

    private static void Check(EvaluationOptions options, Dataset dataset, List<(string Name, List<Checkpoint> Checkpoints)> models)
    {
        if (models.Count == 0 || models.Any(model => model.Checkpoints.Count == 0))
        {
            throw new InvalidInputException("evaluation, models", "none", "at least one model with one checkpoint");
        }

        var task = models[0].Checkpoints[0].Model.MetaBlocks[0].Task;
        foreach (var (name, checkpoint) in models.SelectMany(model => model.Checkpoints.Select(checkpoint => (model.Name, checkpoint))))
        {
            if (checkpoint.Model.MetaBlocks[0].Task != task)
            {
                throw new InvalidInputException($"evaluation, model '{name}'", $"task definition '{checkpoint.Model.MetaBlocks[0].Task}'", $"'{task}' like the first model: evaluate one definition at a time");
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

        if (options.Baseline is { } baseline && models.All(model => model.Name != baseline))
        {
            throw new InvalidInputException("evaluation, baseline", $"'{baseline}'", $"one of {string.Join(", ", models.Select(model => model.Name))}");
        }

        foreach (var feature in options.Reference.Select(dataset.Schema.Feature).Where(feature => feature is not DenseFeature))
        {
            throw new InvalidInputException($"evaluation, reference feature '{feature.Name}'", "a feature that is not dense", "a dense feature, such as a log-odds");
        }
    }

    private static void Score(Checkpoint checkpoint, TaskData data, EvaluationOptions options, Dictionary<ScoringMode, List<Scores>> modes, CancellationToken cancellation)
    {
        using var ownedData = data;
        using var parameters = ModelParameters.From(checkpoint, data.Labels.device);
        var network = new Network<Tensor>(checkpoint.Model, checkpoint.Schema, new TorchAlgebra(data.Labels.device), name => parameters[name]);
        var fineTuning = checkpoint.Model.FineTuning;
        var episodes = EpisodesOf.Tasks(data, Support(options), Split.Test, fineTuning.SupportCapacity);
        foreach (var (mode, seeds) in modes)
        {
            var steps = mode is ScoringMode.NoFineTuning ? fineTuning with { Steps = 0 } : fineTuning;
            var source = mode is ScoringMode.FineTunedStored ? EmbeddingSource.Stored : EmbeddingSource.Row;
            var scores = new Scorer(network, steps, source).Score(data, episodes, cancellation);
            seeds.Add(Collect(data, episodes, row => scores[row]));
        }
    }

    private static async Task<Scores> ReferenceAsync(Dataset dataset, string task, EvaluationOptions options, CancellationToken cancellation)
    {
        // A model over the reference features alone loads exactly the columns that are summed.
        var spec = new ModelSpec
        {
            MetaBlocks = [new MetaBlockSpec { Task = task, Features = options.Reference }],
            Global = new GlobalBlockSpec { Features = options.Reference },
        };
        using var data = await TaskData.LoadAsync(dataset, spec, CPU, null, cancellation).ConfigureAwait(false);
        using var sum = data.GlobalInputs[FeatureLayout.DenseInput].sum(1);
        var values = sum.data<float>().ToArray();
        return Collect(data, EpisodesOf.Tasks(data, Support(options), Split.Test, 1), row => values[row]);
    }

    private static Scores Collect(TaskData data, IReadOnlyList<Episode> episodes, Func<int, float> score)
    {
        var rows = episodes.SelectMany(episode => episode.Query.Select(row => (Row: row, Episode: episode))).ToList();
        var cold = rows.Where(row => row.Episode.Support.Length == 0).ToList();
        return new Scores(Samples(rows), cold.Count == 0 ? null : Samples(cold));

        ScoredSamples Samples(List<(int Row, Episode Episode)> of) => new(
            [.. of.Select(row => row.Episode.Task)],
            [.. of.Select(row => score(row.Row))],
            [.. of.Select(row => data.LabelValues[row.Row])],
            [.. of.Select(row => data.WeightValues[row.Row])]);
    }

    private static IReadOnlyList<Split> Support(EvaluationOptions options) =>
        options.Support is SupportRows.Window ? [Split.Train, Split.Validation] : [Split.Validation];

    private static List<EvaluationRow> Rows(List<(string Model, ScoringMode Mode, List<Scores> Seeds)> scored, string baseline, LabelKind label)
    {
        var rows = scored.SelectMany(entry => Enum.GetValues<ReportSlice>()
            .Select(slice => EvaluationRows.Of(entry.Model, entry.Mode, slice, entry.Seeds, label)).OfType<EvaluationRow>()).ToList();
        double? Baseline(ReportSlice slice) =>
            rows.FirstOrDefault(row => row.Model == baseline && row.Mode is ScoringMode.NoFineTuning && row.Slice == slice)?.Auc?.Mean;
        return [.. rows.Select(row => row with { Gain = Gain.Relative(row.Auc?.Mean, Baseline(row.Slice)) })];
    }
}

/// <summary>Scored test rows of one checkpoint.</summary>
/// <param name="All">Every row.</param>
/// <param name="Cold">Rows of tasks without support; null where there are none.</param>
internal sealed record Scores(ScoredSamples All, ScoredSamples? Cold);
