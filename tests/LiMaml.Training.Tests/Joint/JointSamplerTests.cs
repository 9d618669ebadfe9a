using LiMaml.Models.Datasets;
using LiMaml.Training.Data;

namespace LiMaml.Training.Tests.Joint;

public sealed class JointSamplerTests
{
    [Fact]
    public async Task Epoch_RowsThatAreJudged_AreInNoTasksSupport()
    {
        using var scene = await JointScene.OpenAsync();
        var epoch = new JointSampler(scene.Data, scene.Model, 8).Epoch(1, 3);

        var supports = scene.Data.Definitions.Select((definition, index) => Numbers(definition, epoch.Supports[index].SelectMany(episode => episode.Support))).ToArray();
        var queries = scene.Data.Definitions.Select((definition, index) =>
            Numbers(definition, epoch.Batches.Where(batch => batch.Definition == index).SelectMany(batch => batch.Episodes).SelectMany(episode => episode.Query))).ToArray();

        Assert.All(queries, query => Assert.All(supports, support => Assert.Empty(support.Intersect(query))));
        Assert.Equal(queries[0].Order(), queries[1].Order()); // the same rows, by member and by item
        Assert.InRange(queries[0].Count, 1, PairDataset.RowCount(Split.Train) - 1);
    }

    [Fact]
    public async Task Epoch_Support_IsTheMostRecentOfTheTask()
    {
        using var scene = await JointScene.OpenAsync();
        var episodes = new JointSampler(scene.Data, scene.Model, 8).Epoch(1, 0).Supports[1];

        Assert.Contains(episodes, episode => episode.Support.Length == 9); // the definition's own capacity
        Assert.All(episodes, episode => Assert.Equal(episode.Support.Order(), episode.Support));
        Assert.All(episodes, episode => Assert.True(episode.Support.Length <= 9));
    }

    [Fact]
    public async Task Epoch_OfTheSameSeed_IsTheSame()
    {
        using var scene = await JointScene.OpenAsync();
        var sampler = new JointSampler(scene.Data, scene.Model, 8);

        Assert.Equal(Text(sampler.Epoch(4, 2)), Text(sampler.Epoch(4, 2)));
        Assert.NotEqual(Text(sampler.Epoch(4, 2)), Text(sampler.Epoch(4, 3)));
    }

    private static HashSet<long> Numbers(TaskData definition, IEnumerable<int> rows) => [.. rows.Select(row => definition.RowNumbers[row])];

    private static string Text(JointEpoch epoch) => string.Join(";", epoch.Batches.Select(batch =>
        $"{batch.Definition}:{string.Join(",", batch.Episodes.Select(episode => $"{episode.Task}/{string.Join(' ', episode.Query)}"))}"));
}
