using LiMaml.Models.Datasets;
using LiMaml.Training.Data;
using LiMaml.Training.Evaluation;

namespace LiMaml.Training.Tests.Evaluation;

public sealed class ReplayTests
{
    private static readonly RefreshCadence EveryThreeSeconds = new("every 3 s", TimeSpan.FromSeconds(3));

    [Fact]
    public async Task Episodes_NeverRefreshed_ScoreLikeTheStoredMode()
    {
        using var scene = await EvaluationScene.OpenAsync();

        Assert.Equal(
            scene.Score(EpisodesOf.Tasks(scene.Data, EvaluationScene.Support, Split.Test, EvaluationScene.Capacity)).OrderBy(score => score.Key),
            scene.Score(Replay.Episodes(scene.Data, EvaluationScene.Support, EvaluationScene.Capacity, RefreshCadence.Never)).OrderBy(score => score.Key));
    }

    [Fact]
    public async Task Episodes_RefreshedAfterEveryEvent_ScoreLikeALoopOverRows()
    {
        using var scene = await EvaluationScene.OpenAsync();
        var scores = scene.Score(Replay.Episodes(scene.Data, EvaluationScene.Support, EvaluationScene.Capacity, RefreshCadence.EveryEvent));

        var checkedRows = 0;
        for (var task = 0; task < scene.Data.Keys.Count; task += 7)
        {
            foreach (var row in Rows(scene.Data, task, Split.Test))
            {
                var earlier = Enum.GetValues<Split>().SelectMany(split => Rows(scene.Data, task, split)).Where(other => scene.Data.Timestamps[other] < scene.Data.Timestamps[row]);
                var single = scene.Score([new Episode(task, [.. earlier.OrderBy(other => scene.Data.Timestamps[other]).TakeLast(EvaluationScene.Capacity)], [row])]);
                Assert.Equal(single[row], scores[row], 1e-5f);
                checkedRows++;
            }
        }

        Assert.Equal(9 * 8, checkedRows);
        Assert.Equal(scene.Data.CountRows(Split.Test), scores.Count);
    }

    [Fact]
    public async Task Episodes_LabelsFromAMomentOnRedrawn_MoveNoScoreUntilThenAndSomeLater()
    {
        const long Moment = 27_000_000;
        using var scene = await EvaluationScene.OpenAsync();
        using var other = await EvaluationScene.OpenAsync((_, time, label) => time >= Moment ? 1 - label : label);
        foreach (var cadence in new[] { EveryThreeSeconds, RefreshCadence.EveryEvent, new RefreshCadence("every s", TimeSpan.FromSeconds(1)) })
        {
            var (scores, others) = (Scores(scene, cadence), Scores(other, cadence));

            Assert.All(scores.Keys.Where(row => scene.Data.Timestamps[row] <= Moment), row => Assert.Equal(scores[row], others[row]));
            Assert.Contains(scores.Keys.Where(row => scene.Data.Timestamps[row] > Moment), row => Math.Abs(scores[row] - others[row]) > 1e-3);
        }
    }

    [Fact]
    public async Task Episodes_AtFixedTimes_SeeEarlierRowsOfTheTestPeriodOnly()
    {
        using var scene = await EvaluationScene.OpenAsync();
        var (start, _) = EvaluationScene.Period;
        var episodes = Replay.Episodes(scene.Data, EvaluationScene.Support, EvaluationScene.Capacity, EveryThreeSeconds).Where(episode => episode.Task == 5).ToList();
        long[] Times(IEnumerable<int> rows) => [.. rows.Select(row => (scene.Data.Timestamps[row] - start) / 1_000_000)];

        Assert.Equal([[0L, 1, 2], [3L, 4, 5], [6L, 7]], episodes.Select(episode => Times(episode.Query)));
        Assert.Equal([-1L, 2, 5], episodes.Select(episode => Times(episode.Support)[^1]));
        Assert.All(episodes, episode => Assert.Equal(EvaluationScene.Capacity, episode.Support.Length));
    }

    private static IReadOnlyDictionary<int, float> Scores(EvaluationScene scene, RefreshCadence cadence) =>
        scene.Score(Replay.Episodes(scene.Data, EvaluationScene.Support, EvaluationScene.Capacity, cadence));

    private static IEnumerable<int> Rows(TaskData data, int task, Split split) => Enumerable.Range(data.Rows(task, split).Start, data.Rows(task, split).Count);
}
