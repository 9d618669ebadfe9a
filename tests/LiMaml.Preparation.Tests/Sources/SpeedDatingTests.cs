using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Preparation.Sources;

namespace LiMaml.Preparation.Tests.Sources;

public class SpeedDatingTests
{
    [Fact]
    public async Task Prepare_RealDates_KeepsEveryDecision()
    {
        var input = RealData.Folder("speed-dating");
        using var temporary = new TemporaryFolder();
        var schema = await new SpeedDating().ConvertAsync(input, temporary["raw"], cancellationToken: TestContext.Current.CancellationToken);

        var prepared = await Prepared.FromAsync(schema, temporary["raw"], temporary["dataset"]);

        Assert.Equal(8378, prepared.Statistics.Splits.Values.Sum(split => split.RowCount));
        Assert.Equal(551, prepared.Statistics.Tasks[0].Splits[Split.Train].TaskCount);
        Assert.Equal(3518 / 8378.0, prepared.Statistics.Splits.Values.Sum(split => split.RowCount * split.LabelMean) / 8378, 1e-9);
        var test = await prepared.RowsAsync("inviter", Split.Test);
        var scores = ((DenseColumn)test.Columns["inviter_log_odds"]).Values.Zip(((DenseColumn)test.Columns["invitee_log_odds"]).Values, (inviter, invitee) => (double)inviter + invitee);
        Identity.AssertNames(prepared, "inviter_id", test);
        Identity.AssertNames(prepared, "invitee_id", await prepared.RowsAsync("invitee", Split.Train));
        Assert.InRange(RankQuality.Auc(test.Labels.Zip(scores)), .72, .85);
    }

    [Fact]
    public async Task ConvertAsync_ColumnMissing_IsNamed()
    {
        using var temporary = new TemporaryFolder();
        temporary.File("speed-dating.csv", "iid,wave\n1,1\n");

        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => new SpeedDating().ConvertAsync(temporary.Path, temporary["raw"]));

        Assert.Contains("no column 'order'", fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(temporary["raw"]));
        Assert.False(Directory.Exists(temporary["raw.partial"]));
    }

    [Fact]
    public async Task ConvertAsync_NoSuchFile_SaysWhatIsLookedFor()
    {
        using var temporary = new TemporaryFolder();

        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => new SpeedDating().ConvertAsync(temporary.Path, temporary["raw"]));

        Assert.Contains("speed-dating.csv or Speed Dating Data.csv", fault.Message, StringComparison.Ordinal);
    }
}
