using System.Globalization;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Datasets;
using LiMaml.Models.Network;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using LiMaml.Training.Evaluation.Metrics;
using LiMaml.Training.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Evaluation;

/// <summary>Scores test rows with one checkpoint of several task definitions, refreshed in every way that is asked for.</summary>
internal sealed class JointLines
{
    private static readonly IReadOnlyList<Split> Training = [Split.Train];
    private readonly JointData data;
    private readonly ModelSpec model;
    private readonly Network<Tensor> network;
    private readonly int judged;
    private readonly EvaluationOptions options;
    private readonly CancellationToken cancellation;
    private readonly IReadOnlyList<Episode> episodes;
    private readonly TestRows rows;
    private readonly List<(ScoringMode Mode, string? Variant, IReadOnlyDictionary<ReportSlice, ScoredSamples> Samples)> lines = [];

    private JointLines(Checkpoint checkpoint, ModelParameters parameters, JointData data, string task, EvaluationOptions options, CancellationToken cancellation)
    {
        this.data = data;
        this.options = options;
        this.cancellation = cancellation;
        model = checkpoint.Model;
        network = new Network<Tensor>(model, checkpoint.Schema, new TorchAlgebra(data.Definitions[0].Labels.device), name => parameters[name]);
        judged = data.Definitions.TakeWhile(definition => definition.Task != task).Count();
        episodes = EpisodesOf.Tasks(data.Definitions[judged], ModelEvaluation.Support(options), Split.Test, CapacityOf(judged));
        rows = new TestRows(data.Definitions[judged], episodes, options.Cohorts);
    }

    /// <summary>Mode, variant and samples by slice; the same modes in the same order for every checkpoint.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="data">All definitions.</param>
    /// <param name="task">The definition whose tasks the figures are over.</param>
    /// <param name="options">What is asked for.</param>
    /// <param name="cancellation">Stops between batches.</param>
    public static IReadOnlyList<(ScoringMode Mode, string? Variant, IReadOnlyDictionary<ReportSlice, ScoredSamples> Samples)> Score(
        Checkpoint checkpoint, JointData data, string task, EvaluationOptions options, CancellationToken cancellation)
    {
        using var parameters = ModelParameters.From(checkpoint, data.Definitions[0].Labels.device);
        var scoring = new JointLines(checkpoint, parameters, data, task, options, cancellation);
        scoring.Run();
        return scoring.lines;
    }

    private void Run()
    {
        var support = ModelEvaluation.Support(options);
        var chosen = model.Rounds ?? ModelSpec.DefaultRounds;
        Refresh(ScoringMode.NoFineTuning, null, Supports(support), model.FineTuning with { Steps = 0 }, 1);
        Refresh(ScoringMode.FineTunedStored, null, Supports(support), model.FineTuning, chosen);
        Refresh(ScoringMode.Refreshed, "nothing", Supports(Training), model.FineTuning, chosen);
        for (var index = 0; index < data.Definitions.Count; index++)
        {
            OneSide(index, support, chosen);
        }

        foreach (var rounds in (int[])[1, 2, 3, 5])
        {
            Refresh(ScoringMode.Refreshed, string.Create(CultureInfo.InvariantCulture, $"all, rounds: {rounds}"), Supports(support), model.FineTuning, rounds);
        }

        foreach (var count in options.FewShot)
        {
            FewShot(count, support, chosen);
        }
    }

    private void Refresh(ScoringMode mode, string? variant, IReadOnlyList<IReadOnlyList<Episode>> supports, InnerLoopSpec fineTuning, int rounds) =>
        Add(mode, variant, new JointRefresh(network, fineTuning, rounds).Run(data, supports, cancellation));

    /// <summary>All definitions on training rows, then one of them on everything.</summary>
    private void OneSide(int definition, IReadOnlyList<Split> support, int rounds)
    {
        var refresh = new JointRefresh(network, model.FineTuning, rounds);
        var tables = refresh.Run(data, Supports(Training), cancellation);
        refresh.Adapt(data, definition, Supports(support)[definition], model.FineTuning, tables[definition], cancellation);
        Add(ScoringMode.Refreshed, $"{data.Definitions[definition].Task} only", tables);
    }

    /// <summary>All definitions on everything, then the judged one on few of its rows: what a task gets that has come just now.</summary>
    private void FewShot(int count, IReadOnlyList<Split> support, int rounds)
    {
        var refresh = new JointRefresh(network, model.FineTuning, rounds);
        var tables = refresh.Run(data, Supports(support), cancellation);
        var few = Supports(support)[judged].Select(episode => episode with { Support = episode.Support[^Math.Min(count, episode.Support.Length)..] }).ToArray();
        refresh.Adapt(data, judged, few, model.FineTuning, tables[judged], cancellation);
        Add(ScoringMode.FewShot, count.ToString(CultureInfo.InvariantCulture), tables);
    }

    private void Add(ScoringMode mode, string? variant, IReadOnlyList<Tensor> tables)
    {
        var scores = new JointScorer(network).Score(data, judged, tables[judged], episodes, cancellation);
        lines.Add((mode, variant, rows.Collect(row => scores[row])));
        tables.ToList().ForEach(table => table.Dispose());
    }

    private List<IReadOnlyList<Episode>> Supports(IReadOnlyList<Split> support) =>
        [.. data.Definitions.Select((definition, index) => EpisodesOf.AllTasks(definition, support, Split.Test, CapacityOf(index)))];

    private int CapacityOf(int definition) => model.FineTuning.For(model.MetaBlocks[definition]).SupportCapacity;
}
