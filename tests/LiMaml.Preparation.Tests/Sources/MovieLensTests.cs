using LiMaml.Models.Datasets;
using LiMaml.Preparation.Schemas;
using LiMaml.Preparation.Sources;

namespace LiMaml.Preparation.Tests.Sources;

public class MovieLensTests
{
    // AUC and mean per-member AUC on test rows: rates of all train and validation rows, as published; and causal statistics, from a separate
    // calculation, row by row. These know less of the items, since other members' training rows may be later, and may follow the member.
    [Theory]
    [InlineData("movielens-1m", "ml-1m-half", 487_650, .7825, .6861, .7850, .6644, .7758, .6759)]
    [InlineData("movielens-100k", "ml-100k", 100_000, .7619, .6928, .7678, .6651, .7522, .6723)]
    public async Task Prepare_RealRatings_SmoothedRatesReachTheirKnownAuc(
        string source, string folder, long rowCount, double auc, double taskAuc, double rowsAuc, double rowsTaskAuc, double splitsAuc, double splitsTaskAuc)
    {
        using var temporary = new TemporaryFolder();
        var schema = await DataSources.Find(source).ConvertAsync(RealData.Folder(folder), temporary["raw"], cancellationToken: TestContext.Current.CancellationToken);
        var history = schema.History.Where(feature => feature.Of == HistoryStatistic.LogOdds)
            .Select(feature => feature with { Sees = HistoryScope.EarlierSplits }).ToList();
        schema = schema with
        {
            Tasks = [schema.Tasks[0]],
            History = [.. history, .. history.Select(feature => feature with { Name = feature.Name + "_of_rows", Sees = HistoryScope.EarlierRows })],
        };

        var prepared = await Prepared.FromAsync(schema, temporary["raw"], temporary["dataset"]);

        Assert.Equal(rowCount, prepared.Statistics.ReadRowCount);
        var test = await prepared.RowsAsync("member", Split.Test);
        var known = new[] { await prepared.RowsAsync("member", Split.Train), await prepared.RowsAsync("member", Split.Validation) };
        var (items, users) = (LogOdds(known, "item_id"), LogOdds(known, "user_id"));
        Check(test, row => items(Index(test, "item_id", row)) + users(Index(test, "user_id", row)), auc, taskAuc, .003);
        Check(test, row => (double)Value(test, "item_log_odds_of_rows", row) + Value(test, "user_log_odds_of_rows", row), rowsAuc, rowsTaskAuc, .0005);
        Check(test, row => (double)Value(test, "item_log_odds", row) + Value(test, "user_log_odds", row), splitsAuc, splitsTaskAuc, .0005);
    }

    private static void Check(RowGroup test, Func<int, double> score, double auc, double taskAuc, double tolerance)
    {
        var rows = Enumerable.Range(0, test.RowCount).Select(row => (Key: test.Keys[row], Label: test.Labels[row], Score: score(row))).ToList();
        var (pooled, perTask) = (RankQuality.Auc(rows.Select(row => (row.Label, row.Score))), RankQuality.MeanTaskAuc(rows));
        Assert.True(Math.Abs(pooled - auc) <= tolerance && Math.Abs(perTask - taskAuc) <= tolerance, $"AUC {pooled:F4}, per task {perTask:F4}; expected {auc:F4}, {taskAuc:F4}");
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

    private static float Value(RowGroup rows, string feature, int row) => ((DenseColumn)rows.Columns[feature]).Values[row];
}
