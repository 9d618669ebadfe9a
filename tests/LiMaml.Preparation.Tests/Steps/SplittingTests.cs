using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation.Tests.Steps;

public class SplittingTests
{
    [Theory]
    [InlineData(TieRule.ByOrder, "TTVE")]
    [InlineData(TieRule.Together, "TTTE")]
    public async Task Prepare_PerTask_CutsTiesAsTheRuleSays(TieRule ties, string expected)
    {
        // The second and third row are at the same moment; the cut falls between them.
        using var example = new Example { Clicks = "member,item,price,label,time\nann,a,1,1,1700000000\nann,b,2,0,1700000100\nann,c,3,0,1700000100\nann,d,4,0,1700000200" };
        example.Schema = example.Schema with { Split = new PerTaskSplit { Train = .5, Validation = .25, Ties = ties } };

        Assert.Equal(expected, Letters(await (await example.PrepareAsync()).SplitByRowAsync()));
    }

    [Fact]
    public async Task Prepare_PerTask_ThreeTenthsOfTenIsThree()
    {
        using var example = new Example { Clicks = "member,item,price,label,time\n" + string.Join('\n', Enumerable.Range(0, 10).Select(row => $"ann,a,{row},{row % 2},{1700000000 + row}")) };
        example.Schema = example.Schema with { Split = new PerTaskSplit { Train = .3, Validation = .3 } };

        Assert.Equal("TTTVVVEEEE", Letters(await (await example.PrepareAsync()).SplitByRowAsync()));
    }

    [Fact]
    public async Task Prepare_ByTime_CutsAtTheMoments()
    {
        using var example = new Example();

        Assert.Equal("TTTTVVEE", Letters(await (await example.PrepareAsync()).SplitByRowAsync()));
    }

    [Fact]
    public async Task Prepare_Random_DependsOnTheSeedOnly()
    {
        var clicks = "member,item,price,label,time\n" + string.Join('\n', Enumerable.Range(0, 1000).Select(row => $"m{row % 7},a,{row},{row % 2},{1700000000 + row}"));
        async Task<Split[]> SplitsAsync(int seed)
        {
            using var example = new Example { Clicks = clicks };
            example.Schema = example.Schema with { Split = new RandomSplit { Train = .6, Validation = .2, Seed = seed } };
            return await (await example.PrepareAsync()).SplitByRowAsync();
        }

        var splits = await SplitsAsync(1);
        Assert.Equal(splits, await SplitsAsync(1));
        Assert.NotEqual(splits, await SplitsAsync(2));
        Assert.InRange(splits.Count(split => split == Split.Train), 550, 650);
        Assert.InRange(splits.Count(split => split == Split.Validation), 150, 250);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Prepare_NewTasks_HaveNoTrainingRowsAndKeepTheirTestRows(bool byChance)
    {
        var clicks = "member,item,price,label,time\n" + string.Join('\n', Enumerable.Range(0, 2000).Select(row => $"m{row % 100},a,{row},{row / 100 % 2},{1700000000 + row}"));
        async Task<(HashSet<string> New, string[] Test)> KeysAsync(double share, int seed)
        {
            using var example = new Example { Clicks = clicks };
            example.Schema = example.Schema with { Split = byChance ? new RandomSplit { Train = .6, Validation = .2, NewTasks = share, NewTasksSeed = seed } : new PerTaskSplit { NewTasks = share, NewTasksSeed = seed } };
            var prepared = await example.PrepareAsync();
            var groups = new[] { await prepared.RowsAsync("member", Split.Train), await prepared.RowsAsync("member", Split.Validation), await prepared.RowsAsync("member", Split.Test) };
            Assert.Equal(2000, groups.Sum(group => group.RowCount));
            return ([.. groups[1].Keys.Except(groups[0].Keys)], groups[2].Keys);
        }

        var (fresh, test) = await KeysAsync(.2, 1);
        Assert.InRange(fresh.Count, 10, 32);
        Assert.Equal((await KeysAsync(0, 1)).Test, test);
        Assert.Equal(fresh.Order(), (await KeysAsync(.2, 1)).New.Order());
        Assert.NotEqual(fresh.Order(), (await KeysAsync(.2, 2)).New.Order());
    }

    [Fact]
    public async Task Prepare_NewTasksOfAnotherDefinition_AreOfThatOne()
    {
        var clicks = "member,item,price,label,time\n" + string.Join('\n', Enumerable.Range(0, 2000).Select(row => $"m{row % 7},i{row % 100},{row},{row / 100 % 2},{1700000000 + row}"));
        using var example = new Example { Clicks = clicks };
        example.Schema = example.Schema with
        {
            Tasks = [new TaskDefinition("member", ["member"], []), new TaskDefinition("item", ["item"], [])],
            Split = new PerTaskSplit { NewTasks = .2, NewTasksOf = "item" },
        };

        var prepared = await example.PrepareAsync();

        var trained = (await prepared.RowsAsync("item", Split.Train)).Keys;
        var fresh = (await prepared.RowsAsync("item", Split.Validation)).Keys.Except(trained).ToList();
        Assert.InRange(fresh.Count, 10, 32);
        Assert.Subset((await prepared.RowsAsync("item", Split.Test)).Keys.ToHashSet(), fresh.ToHashSet());
        Assert.Equal(7, (await prepared.RowsAsync("member", Split.Train)).Keys.Distinct().Count());
    }

    [Fact]
    public async Task Prepare_SeveralDefinitions_ShareRowsAndSplitsInTheirOwnOrder()
    {
        using var example = new Example();
        example.Schema = example.Schema with
        {
            Tasks = [new TaskDefinition("member", ["member"], []), new TaskDefinition("item", ["item"], ["price"]), new TaskDefinition("pair", ["member", "item"], [])],
            Split = new PerTaskSplit(),
        };
        var prepared = await example.PrepareAsync();

        var (members, items, pairs) = (await prepared.RowsAsync("member", Split.Train), await prepared.RowsAsync("item", Split.Train), await prepared.RowsAsync("pair", Split.Train));
        Assert.Equal(["ann", "ann", "bob", "bob"], members.Keys);
        Assert.Equal([0, 1, 2, 4], members.Rows);
        Assert.Equal(["rum", "rum", "tea", "tea"], items.Keys);
        Assert.Equal([1, 4, 0, 2], items.Rows);
        Assert.Equal(["ann|rum", "ann|tea", "bob|rum", "bob|tea"], pairs.Keys);
    }

    [Fact]
    public async Task Prepare_Capped_KeepsTheMostRecentOfTrainAndValidationAndEveryTestRow()
    {
        using var example = new Example();
        example.Schema = example.Schema with { MaxSamplesPerTask = 1, Split = new ByTimeSplit { ValidationFrom = Example.At(400), TestFrom = Example.At(500) } };
        var prepared = await example.PrepareAsync();

        Assert.Equal(new long[] { 3, 2 }, (await prepared.RowsAsync("member", Split.Train)).Rows); // ann's last, bob's only
        Assert.Equal(new long[] { 4 }, (await prepared.RowsAsync("member", Split.Validation)).Rows);
        Assert.Equal(new long[] { 6, 5, 7 }, (await prepared.RowsAsync("member", Split.Test)).Rows);
        Assert.Equal(2, prepared.Statistics.Tasks[0].Splits[Split.Train].CappedRowCount);
        Assert.Equal(4, prepared.Statistics.Splits[Split.Train].RowCount);
    }

    [Fact]
    public async Task Prepare_KeysWithSeparatorsAndBeyondTheBasicPlane_AreEscapedAndOrderedAsTaskKeyDoes()
    {
        using var example = new Example { Clicks = "member,item,price,label,time\n" + string.Join('\n', new[] { "a|b", "a\\", "\uFF01", "\U0001F600", "z" }.SelectMany((key, index) => new[] { $"{key},x,1,1,{1700000000 + index}", $"{key},x,1,0,{1700000010 + index}", $"{key},x,1,0,{1700000900 + index}" })) };
        var keys = (await (await example.PrepareAsync()).RowsAsync("member", Split.Test)).Keys;

        Assert.Equal([.. new[] { "a|b", "a\\", "\uFF01", "\U0001F600", "z" }.Select(key => TaskKey.Join(key)).Order(TaskKey.Comparer)], keys);
    }

    private static string Letters(Split[] splits) => string.Concat(splits.Select(split => split switch { Split.Train => 'T', Split.Validation => 'V', _ => 'E' }));
}
