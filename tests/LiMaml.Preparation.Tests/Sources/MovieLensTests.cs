using LiMaml.Models.Datasets;
using LiMaml.Preparation.Sources;

namespace LiMaml.Preparation.Tests.Sources;

public class MovieLensTests
{
    [Theory]
    [InlineData("movielens-1m", "ml-1m-half", 487_650, .7825, .6861)]
    [InlineData("movielens-100k", "ml-100k", 100_000, .7619, .6928)]
    public async Task Prepare_RealRatings_SmoothedHistoryReachesItsKnownAuc(string source, string folder, long rowCount, double auc, double taskAuc)
    {
        var input = RealData.Folder(folder);
        using var temporary = new TemporaryFolder();
        var schema = await DataSources.Find(source).ConvertAsync(input, temporary["raw"], cancellationToken: TestContext.Current.CancellationToken);

        var prepared = await Prepared.FromAsync(schema, temporary["raw"], temporary["dataset"]);

        Assert.Equal(rowCount, prepared.Statistics.ReadRowCount);
        var test = await prepared.RowsAsync("member", Split.Test);
        var (items, users) = ((DenseColumn)test.Columns["item_log_odds"], (DenseColumn)test.Columns["user_log_odds"]);
        var rows = Enumerable.Range(0, test.RowCount).Select(row => (Key: test.Keys[row], Label: test.Labels[row], Score: (double)items.Values[row] + users.Values[row])).ToList();
        Assert.Equal(auc, RankQuality.Auc(rows.Select(row => (row.Label, row.Score))), .003);
        Assert.Equal(taskAuc, RankQuality.MeanTaskAuc(rows), .003);
    }
}
