using LiMaml.Models.Datasets;
using LiMaml.Preparation.Schemas;
using LiMaml.Preparation.Sources;

namespace LiMaml.Preparation.Tests.Sources;

public class MovieLensTests
{
    [Theory]
    [InlineData("movielens-1m", "ml-1m-half", 487_650, .7825, .6861)]
    [InlineData("movielens-100k", "ml-100k", 100_000, .7619, .6928)]
    public async Task Prepare_RealRatings_RatesOfTrainAndValidationReachTheirKnownAuc(string source, string folder, long rowCount, double auc, double taskAuc)
    {
        using var temporary = new TemporaryFolder();
        var prepared = await PrepareAsync(source, folder, temporary, schema => schema with { History = [] });

        Assert.Equal(rowCount, prepared.Statistics.ReadRowCount);
        var known = new[] { await prepared.RowsAsync("member", Split.Train), await prepared.RowsAsync("member", Split.Validation) };
        var test = await prepared.RowsAsync("member", Split.Test);
        var (items, users) = (LogOdds(known, "item_id"), LogOdds(known, "user_id"));
        Check(test, row => items(Index(test, "item_id", row)) + users(Index(test, "user_id", row)), auc, taskAuc, .003);
    }

    // From a separate calculation, row by row. Causal statistics know less of the items: other members' later training rows are not in them.
    [Theory]
    [InlineData("movielens-1m", "ml-1m-half", HistoryScope.EarlierSplits, .7758, .6759)]
    [InlineData("movielens-100k", "ml-100k", HistoryScope.EarlierSplits, .7522, .6723)]
    [InlineData("movielens-1m", "ml-1m-half", HistoryScope.EarlierRows, .7850, .6644)]
    [InlineData("movielens-100k", "ml-100k", HistoryScope.EarlierRows, .7678, .6651)]
    public async Task Prepare_RealRatings_CausalLogOddsReachTheirKnownAuc(string source, string folder, HistoryScope scope, double auc, double taskAuc)
    {
        using var temporary = new TemporaryFolder();
        var prepared = await PrepareAsync(source, folder, temporary, schema => schema with { History = [.. schema.History.Where(feature => feature.Of == HistoryStatistic.LogOdds).Select(feature => feature with { Sees = scope })] });

        var test = await prepared.RowsAsync("member", Split.Test);
        var (items, users) = ((DenseColumn)test.Columns["item_log_odds"], (DenseColumn)test.Columns["user_log_odds"]);
        Check(test, row => (double)items.Values[row] + users.Values[row], auc, taskAuc, .0005);
    }

    private static async Task<Prepared> PrepareAsync(string source, string folder, TemporaryFolder temporary, Func<SourceSchema, SourceSchema> change)
    {
        var schema = await DataSources.Find(source).ConvertAsync(RealData.Folder(folder), temporary["raw"], cancellationToken: TestContext.Current.CancellationToken);
        return await Prepared.FromAsync(change(schema) with { Tasks = [schema.Tasks[0]] }, temporary["raw"], temporary["dataset"]);
    }

    private static void Check(RowGroup test, Func<int, double> score, double auc, double taskAuc, double tolerance)
    {
        var rows = Enumerable.Range(0, test.RowCount).Select(row => (Key: test.Keys[row], Label: test.Labels[row], Score: score(row))).ToList();
        var (pooled, perTask) = (RankQuality.Auc(rows.Select(row => (row.Label, row.Score))), RankQuality.MeanTaskAuc(rows));
        Assert.True(Math.Abs(pooled - auc) <= tolerance && Math.Abs(perTask - taskAuc) <= tolerance, $"AUC {pooled:F4}, per task {perTask:F4}");
    }

    // Smoothed by five rows of the mean label.
    private static Func<int, double> LogOdds(RowGroup[] known, string feature)
    {
        const double Smoothing = 5;
        var rows = known.SelectMany(group => ((CategoricalColumn)group.Columns[feature]).Indices.Zip(group.Labels)).ToList();
        var mean = rows.Average(row => row.Second);
        var counts = rows.GroupBy(row => row.First).ToDictionary(group => group.Key, group => (Count: group.Count(), Positive: (double)group.Sum(row => row.Second)));
        return index =>
        {
            var (count, positive) = counts.GetValueOrDefault(index);
            return Math.Log((positive + (Smoothing * mean)) / (count - positive + (Smoothing * (1 - mean))));
        };
    }

    private static int Index(RowGroup rows, string feature, int row) => ((CategoricalColumn)rows.Columns[feature]).Indices[row];
}
