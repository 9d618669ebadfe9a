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
    private static readonly int[] Rounds = [1, 2, 3, 5];
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
        var chosen = model.Rounds ?? ModelSpec.DefaultRounds;
        var refresh = new JointRefresh(network, model.FineTuning, chosen);
        var supports = Supports(ModelEvaluation.Support(options));
        var byRounds = ByRounds(refresh, supports, chosen);
        Add(ScoringMode.NoFineTuning, null, byRounds[0]);
        Add(ScoringMode.FineTunedStored, null, byRounds[chosen]);
        Sides(refresh, supports);
        foreach (var rounds in Rounds)
        {
            Add(ScoringMode.Refreshed, string.Create(CultureInfo.InvariantCulture, $"all, rounds: {rounds}"), byRounds[rounds]);
        }

        FewShot(refresh, supports);
    }

    /// <summary>Scores after so many rounds, 0 being what tasks start from.</summary>
    private Dictionary<int, IReadOnlyDictionary<int, float>> ByRounds(JointRefresh refresh, List<IReadOnlyList<Episode>> supports, int chosen)
    {
        var tables = refresh.Start(data, supports, cancellation);
        var scores = new Dictionary<int, IReadOnlyDictionary<int, float>> { [0] = Score(tables[judged]) };
        for (var round = 1; round <= Math.Max(Rounds[^1], chosen); round++)
        {
            refresh.Round(data, supports, tables, cancellation);
            if (Rounds.Contains(round) || round == chosen)
            {
                scores.Add(round, Score(tables[judged]));
            }
        }

        Dispose(tables);
        return scores;
    }

    /// <summary>All definitions on training rows; then each of them alone on everything.</summary>
    private void Sides(JointRefresh refresh, List<IReadOnlyList<Episode>> supports)
    {
        var tables = refresh.Run(data, Supports([Split.Train]), cancellation);
        Add(ScoringMode.Refreshed, "nothing", Score(tables[judged]));
        for (var index = 0; index < data.Definitions.Count; index++)
        {
            using var side = refresh.Adapt(data, index, supports[index], model.FineTuning, tables[index].clone(), cancellation);
            Add(ScoringMode.Refreshed, $"{data.Definitions[index].Task} only", Score(index == judged ? side : tables[judged]));
            data.SetEmbeddings(data.Definitions[index].Task, tables[index]);
        }

        Dispose(tables);
    }

    /// <summary>All definitions on everything, then the judged one on few of its rows: what a task gets that has come just now.</summary>
    private void FewShot(JointRefresh refresh, List<IReadOnlyList<Episode>> supports)
    {
        var tables = options.FewShot.Count == 0 ? [] : refresh.Run(data, supports, cancellation);
        foreach (var count in options.FewShot)
        {
            var few = supports[judged].Select(episode => episode with { Support = episode.Support[^Math.Min(count, episode.Support.Length)..] }).ToArray();
            refresh.Adapt(data, judged, few, model.FineTuning, tables[judged], cancellation);
            Add(ScoringMode.FewShot, count.ToString(CultureInfo.InvariantCulture), Score(tables[judged]));
        }

        Dispose(tables);
    }

    private IReadOnlyDictionary<int, float> Score(Tensor table) => new JointScorer(network).Score(data, judged, table, episodes, cancellation);

    private void Add(ScoringMode mode, string? variant, IReadOnlyDictionary<int, float> scores) => lines.Add((mode, variant, rows.Collect(row => scores[row])));

    private static void Dispose(IReadOnlyList<Tensor> tables)
    {
        foreach (var table in tables)
        {
            table.Dispose();
        }
    }

    private List<IReadOnlyList<Episode>> Supports(IReadOnlyList<Split> support) =>
        [.. data.Definitions.Select((definition, index) => EpisodesOf.AllTasks(definition, support, Split.Test, CapacityOf(index)))];

    private int CapacityOf(int definition) => model.FineTuning.For(model.MetaBlocks[definition]).SupportCapacity;
}
