using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation.Tests.Steps;

public class JoiningTests
{
    private static readonly SourceTable Prices = new()
    {
        Name = "prices",
        File = new SourceFile { Path = "prices.csv" },
        Keys = ["item"],
        TableKeys = ["name"],
        Timestamp = new SourceTimestamp("since", TimestampUnit.Seconds),
    };

    private static readonly SourceTable Members = new() { Name = "members", File = new SourceFile { Path = "members.csv" }, Keys = ["member"] };

    [Fact]
    public async Task Prepare_TableWithTimes_GivesTheLatestRowAtOrBeforeTheInteraction()
    {
        using var example = Case("name,since,price\ntea,1700000200,2\ntea,1700000000,1\ntea,1700000301,3\nrum,1700000100,5\nrum,1700000101,6\n");

        var prices = await (await example.PrepareAsync()).DenseByRowAsync("joined");

        Assert.Equal([1, 5, 2, 2, 6, -1, -1, 3], prices.Select(price => (double)price)); // gin has no price
    }

    [Fact]
    public async Task Prepare_LaterRowsOfATable_ChangeNothingBefore()
    {
        using var original = Case("name,since,price\ntea,1700000000,1\nrum,1700000000,2\n");
        using var changed = Case("name,since,price\ntea,1700000000,1\nrum,1700000000,2\nrum,1700000400,9\ntea,1700000301,9\n");
        var (before, after) = (await (await original.PrepareAsync()).DenseByRowAsync("joined"), await (await changed.PrepareAsync()).DenseByRowAsync("joined"));

        Assert.Equal(before[..4], after[..4]);
        Assert.Equal([9, 9], new[] { after[4], after[7] });
    }

    [Fact]
    public async Task Prepare_PlainTable_JoinsByKeyAndItsColumnsMayBeKeys()
    {
        using var example = Case("name,since,price\ntea,1700000000,1\n");
        example.Add("members.csv", "member,team\nann,red\nbob,blue\n");
        example.Schema = example.Schema with
        {
            Tables = [Prices, Members],
            Tasks = [new TaskDefinition("team", ["members.team"], [])],
            Features = [.. example.Schema.Features, new SourceCategoricalFeature { Name = "team", Column = "members.team" }],
            History = [new HistoryFeature { Name = "team_count", Of = HistoryStatistic.Count, By = ["members.team"] }],
        };
        var prepared = await example.PrepareAsync();

        Assert.Equal(["blue", "red", "red", "red"], (await prepared.RowsAsync("team", Split.Train)).Keys);
        Assert.Equal(["red", "red", "blue", "red"], (await prepared.CategoryByRowAsync("team"))[..4]);
        Assert.Equal([0, 1, 0, 2, 1, 2, 3, 3], (await prepared.DenseByRowAsync("team_count")).Select(count => (double)count));
    }

    [Theory]
    [InlineData("member,team\nann,red\nbob,blue\nann,green\n", "members.csv, key 'ann' (table 'members'): found 2 rows, expected one row for each key, or a timestamp")]
    [InlineData("member,team\nann,red\n", "members.csv (table 'members', feature 'team'): found no row for 'bob', expected one for each interaction, or a value for `missing`")]
    [InlineData("member,team\nann,red\n,blue\n", "members.csv, row 2, column 'member' (table 'members'): found an empty cell")]
    [InlineData("member,team\nann,red\nbob,\n", "members.csv, row 2, column 'team' (feature 'team'): found an empty cell")]
    [InlineData("name,team\nann,red\n", "found 'member', expected one of name, team")]
    public async Task Prepare_BadTable_IsNamed(string table, string what)
    {
        using var example = new Example();
        example.Add("members.csv", table);
        example.Schema = example.Schema with { Tables = [Members], Features = [new SourceCategoricalFeature { Name = "team", Column = "members.team" }] };

        Assert.Contains(what, await example.RefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_TableWithTimesAndTwoRowsOfAMoment_IsRefused()
    {
        using var example = Case("name,since,price\ntea,1700000000,1\ntea,1700000000,2\n");

        Assert.Contains("key 'tea' (table 'prices'): found 2 rows, expected one row for each key and moment", await example.RefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_NoRowOfATableInTime_SaysWhen()
    {
        using var example = Case("name,since,price\ntea,1700000000,1\nrum,1700000000,1\ngin,1700000550,1\n");
        example.Schema = example.Schema with { Features = [new SourceDenseFeature { Name = "joined", Column = "prices.price" }] };

        Assert.Contains("found no row for 'gin' at or before 2023-11-14T22:21:40Z", await example.RefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_DuplicateEventIds_KeepTheFirstAndAreCounted()
    {
        using var example = new Example { Clicks = "member,id,price,label,time\nann,e1,1,1,1700000300\nann,e2,2,0,1700000100\nann,e1,3,0,1700000000\nann,e3,4,0,1700000900\n" };
        example.Schema = example.Schema with { EventId = "id", Features = [new SourceDenseFeature { Name = "price" }], Split = new ByTimeSplit { ValidationFrom = Example.At(800), TestFrom = Example.At(800) } };
        var prepared = await example.PrepareAsync();

        Assert.Equal((4, 1), (prepared.Statistics.ReadRowCount, prepared.Statistics.DuplicateRowCount));
        Assert.Equal(["e2", "e1"], (await prepared.RowsAsync("member", Split.Train)).EventIds!);
        Assert.Equal([2, 1, 4], (await prepared.DenseByRowAsync("price")).Select(price => (double)price));
    }

    [Fact]
    public async Task Prepare_Weights_AreKept()
    {
        using var example = new Example();
        example.Schema = example.Schema with { Weight = "price", Features = [] };

        Assert.Equal(new float[] { 1.5f, 2.5f, 4.5f, 3.5f }, (await (await example.PrepareAsync()).RowsAsync("member", Split.Train)).Weights);
    }

    private static Example Case(string prices)
    {
        var example = new Example();
        example.Add("prices.csv", prices);
        example.Schema = example.Schema with { Tables = [Prices], Features = [new SourceDenseFeature { Name = "joined", Column = "prices.price", Missing = -1 }] };
        return example;
    }
}
