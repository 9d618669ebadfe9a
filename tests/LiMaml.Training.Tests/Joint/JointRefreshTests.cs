using LiMaml.Models.Datasets;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using LiMaml.Training.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Joint;

public sealed class JointRefreshTests
{
    [Fact]
    public async Task LoadAsync_RowsOfADefinition_MeetTheirTaskOfTheOther()
    {
        using var scene = await JointScene.OpenAsync();
        var (members, items) = (scene.Data.Definitions[0], scene.Data.Definitions[1]);
        scene.Data.SetEmbeddings("item", arange(items.Keys.Count, dtype: ScalarType.Float32).unsqueeze(1).expand(-1, 4));

        var rows = Enumerable.Range(0, members.RowNumbers.Length).ToArray();
        var met = members.Counterparts.Single().Of(tensor(Array.ConvertAll(rows, row => (long)row)), [rows.Length], ScalarType.Float32).data<float>().ToArray();

        Assert.All(rows, row => Assert.Equal(scene.TasksOf[members.RowNumbers[row]].Item, items.Keys[(int)met[row * 4]]));
    }

    [Fact]
    public async Task Run_OfSeveralRounds_AdaptsEachToTheOthersNewest()
    {
        using var scene = await JointScene.OpenAsync();
        var supports = Supports(scene, [Split.Train]);
        var loop = scene.Model.InnerLoop;
        var refresh = new JointRefresh(scene.Network, loop, 2);
        var expected = scene.Data.Definitions.Select((_, index) => refresh.Adapt(scene.Data, index, supports[index], loop with { Steps = 0 }, null, default)).ToArray();
        foreach (var index in new[] { 1, 0, 1, 0 })
        {
            refresh.Adapt(scene.Data, index, supports[index], loop, expected[index], default);
        }

        var tables = refresh.Run(scene.Data, supports, TestContext.Current.CancellationToken);

        Assert.All(tables.Zip(expected), pair => Assert.Equal(Values(pair.Second), Values(pair.First)));
        Assert.NotEqual(Values(tables[0]), Values(new JointRefresh(scene.Network, loop, 1).Run(scene.Data, supports, TestContext.Current.CancellationToken)[0]));
    }

    [Fact]
    public async Task Adapt_ToItemsOfItsOwn_GivesAMemberWhatItGetsAlone()
    {
        using var scene = await JointScene.OpenAsync();
        var supports = Supports(scene, [Split.Train]);
        var tables = new JointRefresh(scene.Network, scene.Model.InnerLoop, 2).Run(scene.Data, supports, TestContext.Current.CancellationToken);
        var before = Values(tables[0]);

        new JointRefresh(scene.Network, scene.Model.InnerLoop, 1).Adapt(scene.Data, 0, [supports[0][3]], scene.Model.InnerLoop, tables[0], default);

        // The members' last adaptation was to the items as they still are.
        Assert.All(before.Zip(Values(tables[0])), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    /// <summary>quality.md's test for leaks: whatever happens in the evaluated period, no score may move.</summary>
    [Fact]
    public async Task Score_OfTestRows_DoesNotDependOnTheirLabels()
    {
        using var scene = await JointScene.OpenAsync();
        using var scrambled = await JointScene.OpenAsync((split, row, label) => split is Split.Test ? (row * 7 % 3) % 2 : label);

        Assert.Equal(TestScores(scene, [Split.Train, Split.Validation]), TestScores(scrambled, [Split.Train, Split.Validation]));
    }

    [Fact]
    public async Task Score_RefreshedOnTrainingRows_DoesNotDependOnValidationLabels()
    {
        using var scene = await JointScene.OpenAsync();
        using var scrambled = await JointScene.OpenAsync((split, row, label) => split is Split.Validation ? (row * 7 % 3) % 2 : label);

        Assert.Equal(TestScores(scene, [Split.Train]), TestScores(scrambled, [Split.Train]));
        Assert.NotEqual(TestScores(scene, [Split.Train, Split.Validation]), TestScores(scrambled, [Split.Train, Split.Validation]));
    }

    private static List<IReadOnlyList<Episode>> Supports(JointScene scene, IReadOnlyList<Split> splits) =>
        [.. scene.Data.Definitions.Select((definition, index) => EpisodesOf.AllTasks(definition, splits, Split.Test, scene.Model.InnerLoop.For(scene.Model.MetaBlocks[index]).SupportCapacity))];

    private static IEnumerable<(int, float)> TestScores(JointScene scene, IReadOnlyList<Split> splits)
    {
        var supports = Supports(scene, splits);
        var tables = new JointRefresh(scene.Network, scene.Model.InnerLoop, 2).Run(scene.Data, supports, TestContext.Current.CancellationToken);
        return new JointScorer(scene.Network).Score(scene.Data, 0, tables[0], supports[0], TestContext.Current.CancellationToken)
            .OrderBy(score => score.Key).Select(score => (score.Key, score.Value)).ToArray();
    }

    private static float[] Values(Tensor table) => table.data<float>().ToArray();
}
