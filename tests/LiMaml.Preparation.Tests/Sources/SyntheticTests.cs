using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Preparation.Sources;
using LiMaml.Preparation.Sources.SyntheticData;

namespace LiMaml.Preparation.Tests.Sources;

public class SyntheticTests
{
    private static readonly SyntheticOptions Small = new() { RowCount = 20_000, Seed = 3 };

    [Fact]
    public async Task ConvertAsync_SameSeed_SameBytes()
    {
        using var temporary = new TemporaryFolder();
        foreach (var name in new[] { "one", "two" })
        {
            await new Synthetic(Small).ConvertAsync("", temporary[name], cancellationToken: TestContext.Current.CancellationToken);
        }

        await new Synthetic(Small with { Seed = 4 }).ConvertAsync("", temporary["three"], cancellationToken: TestContext.Current.CancellationToken);
        foreach (var file in new[] { "notifications.csv", "items.csv", "members.csv" })
        {
            var bytes = File.ReadAllBytes(Path.Combine(temporary["one"], file));
            Assert.Equal(bytes, File.ReadAllBytes(Path.Combine(temporary["two"], file)));
            Assert.NotEqual(bytes, File.ReadAllBytes(Path.Combine(temporary["three"], file)));
        }
    }

    [Fact]
    public async Task PrepareAsync_Synthetic_HasAllSplitsColdAndLapsedMembers()
    {
        using var temporary = new TemporaryFolder();
        var schema = await new Synthetic(Small).ConvertAsync("", temporary["raw"], cancellationToken: TestContext.Current.CancellationToken);

        var prepared = await Prepared.FromAsync(schema, temporary["raw"], temporary["dataset"]);

        var statistics = prepared.Statistics;
        Assert.Equal(Small.RowCount, statistics.Splits.Values.Sum(split => split.RowCount));
        Assert.Equal([Split.Train, Split.Validation, Split.Test], statistics.Splits.Keys.Order());
        Assert.InRange(statistics.Splits[Split.Test].LabelMean, 0.2, 0.6);
        var members = statistics.Tasks.Single(task => task.Name == "member");
        Assert.True(members.Splits[Split.Test].ColdTaskCount > 0);
        Assert.True(members.Splits[Split.Test].TaskCount < members.Splits[Split.Train].TaskCount);
        Assert.InRange(members.Splits[Split.Train].SamplesPerTask.Maximum, 10 * members.Splits[Split.Train].SamplesPerTask.Median, Small.RowCount);
        Identity.AssertNames(prepared, "member_id", await prepared.RowsAsync("member", Split.Train));
        Assert.Contains(0, ((CategoricalColumn)(await prepared.RowsAsync("member", Split.Test)).Columns["member_id"]).Indices); // new members
    }

    [Fact]
    public void Notifications_PersonalPart_IsWorthMuchOfTheAuc()
    {
        var world = new World(Small.Resolve());
        var rows = world.Notifications().ToList();
        var hidden = RankQuality.Auc(rows.Select(row => (row.IsClicked ? 1f : 0f, row.Probability)));
        var impersonal = RankQuality.Auc(rows.Select(row => (row.IsClicked ? 1f : 0f, (double)world.Items.Qualities[row.Item])));

        Assert.InRange(hidden, 0.78, 0.9);
        Assert.True(hidden - impersonal > 0.15, $"{hidden} against {impersonal}");
    }

    [Fact]
    public void Notifications_AreOrderedByTimeWithinTheirDays()
    {
        var options = Small.Resolve();
        var previous = 0L;
        var count = 0L;
        foreach (var sent in new World(options).Notifications())
        {
            Assert.True(sent.Timestamp >= previous);
            Assert.True(sent.TenureDays >= 0);
            previous = sent.Timestamp;
            count++;
        }

        Assert.Equal(options.RowCount, count);
        Assert.InRange(DateTimeOffset.UnixEpoch.AddMicroseconds(previous), options.Start.AddDays(options.DayCount - 1), options.Start.AddDays(options.DayCount));
    }

    [Theory]
    [InlineData(10, 60, "rows")]
    [InlineData(5000, 3, "days")]
    public async Task ConvertAsync_OptionOutOfRange_IsNamed(long rows, int days, string named)
    {
        using var temporary = new TemporaryFolder();
        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => new Synthetic(new SyntheticOptions { RowCount = rows, DayCount = days }).ConvertAsync("", temporary["raw"]));
        Assert.Contains($"synthetic data: {named}", fault.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(temporary.Path));
    }
}
