using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Specs;
using LiMaml.Training.Baselines;
using LiMaml.Training.Data;
using LiMaml.Training.Evaluation.Metrics;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Baselines;

/// <summary>Rivals on the toy dataset: every second member likes kind a, the others kind b, nine times in ten.</summary>
public sealed class RivalTests : IAsyncLifetime
{
    private static readonly string[] Makers = ["factorisation", "random effects", "random effects of kinds, too"];
    private ToyDataset toy = null!;
    private TaskData data = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Rivals() => [.. Makers];

    public async ValueTask InitializeAsync()
    {
        toy = await ToyDataset.WriteAsync();
        data = await LoadAsync(toy);
    }

    public ValueTask DisposeAsync()
    {
        data.Dispose();
        toy.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Rivals))]
    public void Fit_TastesThatDifferByMember_AreLearnt(string name)
    {
        var rival = Make(name, data);
        var choice = rival.Choose(Cancellation);
        var rows = new BaselineRows(data);

        Assert.Contains("validation AUC", choice, StringComparison.Ordinal);
        Assert.InRange(TestAuc(rival.Fit(rows.Of(Split.Train), Cancellation)), 0.75, 0.95); // labels are noisy: .9 at best
        Assert.InRange(TestAuc(rival.Fit(rows.Of(Split.Train, Split.Validation), Cancellation)), 0.8, 0.95);
        Assert.InRange(TestAuc(rival.FitTasks(rows.Of(Split.Train, Split.Validation), Cancellation)), 0.8, 0.95);
        Assert.InRange(TestAuc(rival.FitTasks([], Cancellation)), 0.35, 0.65); // nothing but a member's own rows tells
    }

    [Theory]
    [MemberData(nameof(Rivals))]
    public async Task Choose_LabelsOfTestRowsRedrawn_MovesNoScore(string name)
    {
        var random = new Random(11);
        using var other = await ToyDataset.WriteAsync(relabel: (split, _, label) => split is Split.Test ? random.Next(2) : label);
        using var otherData = await LoadAsync(other);

        Assert.NotEqual(data.LabelValues, otherData.LabelValues);
        Assert.Equal(AllScores(Make(name, data)), AllScores(Make(name, otherData)));
    }

    [Theory]
    [MemberData(nameof(Rivals))]
    public async Task Fit_ToTrainingRows_LooksAtNoOtherLabel(string name)
    {
        using var other = await ToyDataset.WriteAsync(relabel: (split, _, label) => split is Split.Train ? label : 1 - label);
        using var otherData = await LoadAsync(other);

        // Settings are the defaults: choosing them looks at validation rows, and may.
        var rows = new BaselineRows(data);
        var (scores, others) = (Make(name, data).Fit(rows.Of(Split.Train), Cancellation), Make(name, otherData).Fit(rows.Of(Split.Train), Cancellation));
        Assert.All(rows.Of(Split.Test), row => Assert.Equal(scores(row), others(row)));
    }

    [Theory]
    [MemberData(nameof(Rivals))]
    public void Fit_OnSeveralThreads_GivesTheSame(string name)
    {
        var rows = new BaselineRows(data);
        var (one, three) = (Make(name, data).Fit(rows.Of(Split.Train), Cancellation), Make(name, data, threads: 3).Fit(rows.Of(Split.Train), Cancellation));

        Assert.All(rows.Of(Split.Test), row => Assert.Equal(one(row), three(row)));
    }

    [Fact]
    public void Score_OfTasksAndItemsWithoutRows_IsTheIntercept()
    {
        var rows = new BaselineRows(data);
        int[] firstTask = [.. rows.Of(Split.Train).Where(row => rows.Tasks[row] == 0)];
        var items = new int[rows.Labels.Length]; // all unknown
        var model = MatrixFactorisation.Fit(rows, items, 3, firstTask, new FactorisationOptions { Rounds = 3 }, threads: 1);

        var scores = rows.Of(Split.Test).Where(row => rows.Tasks[row] != 0).Select(model.Score).Distinct();
        Assert.Single(scores);
        Assert.NotEqual(scores.Single(), model.Score(firstTask[0])); // the task itself has a bias
    }

    [Fact]
    public void Factorisation_OfAnItemThatIsNotCategorical_NamesThoseThatAre()
    {
        var fault = Assert.Throws<InvalidInputException>(() => Training.Baselines.Rivals.Factorisation(data, Dataset.Open(toy.Folder).Schema, "tenure", 1));

        Assert.Contains("kind, member_id", fault.Message, StringComparison.Ordinal);
    }

    private static Task<TaskData> LoadAsync(ToyDataset toy)
    {
        var dataset = Dataset.Open(toy.Folder);
        var spec = new ModelSpec
        {
            MetaBlocks = [new MetaBlockSpec { Task = "member", Features = [] }],
            Global = new GlobalBlockSpec { Features = [.. dataset.Schema.Features.Select(feature => feature.Name)] },
        };
        return TaskData.LoadAsync(dataset, spec, CPU, cancellation: Cancellation);
    }

    private IRival Make(string name, TaskData of, int threads = 1)
    {
        var schema = Dataset.Open(toy.Folder).Schema;
        return name == Makers[0]
            ? Training.Baselines.Rivals.Factorisation(of, schema, "kind", threads)
            : Training.Baselines.Rivals.RandomEffects(of, schema, schema.Tasks[0], name == Makers[1] ? [] : ["kind"], threads);
    }

    private double TestAuc(Func<int, double> score)
    {
        var rows = new BaselineRows(data).Of(Split.Test);
        return Auc.Compute(Array.ConvertAll(rows, row => (float)score(row)), Array.ConvertAll(rows, row => data.LabelValues[row]))!.Value;
    }

    private double[] AllScores(IRival rival)
    {
        rival.Choose(Cancellation);
        var rows = new BaselineRows(data);
        var ways = new[] { rival.Fit(rows.Of(Split.Train), Cancellation), rival.Fit(rows.Of(Split.Train, Split.Validation), Cancellation), rival.FitTasks(rows.Of(Split.Train, Split.Validation), Cancellation) };
        return [.. ways.SelectMany(score => rows.Of(Split.Test).Select(score))];
    }
}
