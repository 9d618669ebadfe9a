using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Cli.Tests.Commands;

public sealed class PrepareCommandTests : IDisposable
{
    private readonly Clicks clicks = new();

    [Fact]
    public async Task Prepare_OfAGoodTable_PrintsWhatBecameOfTheRows()
    {
        var run = await clicks.PrepareAsync();

        Assert.Equal((ExitCodes.Success, ""), (run.ExitCode, run.Error));
        Assert.Contains("12 interactions read", run.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(clicks.Dataset, "statistics.json")));
    }

    [Fact]
    public Task Prepare_OfAnUnknownColumn_NamesItAndThoseThereAre()
    {
        clicks.SchemaText = clicks.SchemaText.Replace("\"name\": \"price\" }", "\"name\": \"price\", \"column\": \"prize\" }", StringComparison.Ordinal);
        return clicks.AssertRefusedAsync("clicks.csv", "prize", "price");
    }

    [Fact]
    public Task Prepare_OfANonNumericCell_NamesRowColumnAndValue()
    {
        clicks.Table = clicks.Table.Replace("3.5", "dear", StringComparison.Ordinal);
        return clicks.AssertRefusedAsync("clicks.csv", "price", "'dear'", "number");
    }

    [Fact]
    public Task Prepare_OfNaN_NamesRowAndColumn()
    {
        clicks.Table = clicks.Table.Replace("3.5", "NaN", StringComparison.Ordinal);
        return clicks.AssertRefusedAsync("clicks.csv", "price", "NaN", "finite");
    }

    [Fact]
    public Task Prepare_OfALabelOutsideZeroAndOne_NamesTheValue()
    {
        clicks.Table = clicks.Table.Replace("m0,i2,2.5,0", "m0,i2,2.5,2", StringComparison.Ordinal);
        return clicks.AssertRefusedAsync("clicks.csv", "label", "2", "0 or 1");
    }

    [Theory]
    [InlineData("")]
    [InlineData("member,item,price,label,time\n")]
    public Task Prepare_OfAnEmptyFile_SaysSo(string table)
    {
        clicks.Table = table;
        return clicks.AssertRefusedAsync("clicks.csv");
    }

    [Fact]
    public Task Prepare_OfSecondsTakenForMilliseconds_NamesTheUnitThatFits()
    {
        clicks.SchemaText = clicks.SchemaText.Replace("\"unit\": \"seconds\"", "\"unit\": \"milliseconds\"", StringComparison.Ordinal);
        return clicks.AssertRefusedAsync("time", "1700000000", "seconds");
    }

    [Fact]
    public Task Prepare_OfASplitWithoutTestRows_SaysSo()
    {
        clicks.SchemaText = clicks.SchemaText.Replace("2023-11-14T22:23:20Z", "2024-01-01T00:00:00Z", StringComparison.Ordinal);
        return clicks.AssertRefusedAsync("no test rows");
    }

    [Fact]
    public Task Prepare_OfOneClassInTraining_SaysSo()
    {
        clicks.Table = "member,item,price,label,time\n" + string.Concat(Enumerable.Range(0, 12).Select(row => $"m{row % 2},i1,1.5,{(row > 5 ? 1 : 0)},{1_700_000_000 + (row * 100)}\n"));
        return clicks.AssertRefusedAsync("training rows", "both 0 and 1");
    }

    [Fact]
    public Task Prepare_OfASchemaNamingAFeatureTwice_NamesIt()
    {
        clicks.SchemaText = clicks.SchemaText.Replace("\"name\": \"item\"", "\"name\": \"price\"", StringComparison.Ordinal);
        return clicks.AssertRefusedAsync("price");
    }

    [Fact]
    public async Task Prepare_OfAMissingSchema_NamesTheFile()
    {
        using var folder = new TemporaryFolder();

        var line = (await CommandRun.OfAsync("prepare", "--schema", folder["none.json"], "--out", folder["dataset"])).AssertRefusal();

        Assert.Contains("none.json", line, StringComparison.Ordinal);
        Assert.Empty(folder.Names());
    }

    [Fact]
    public async Task Prepare_OfAMissingTable_NamesTheFile()
    {
        using var folder = new TemporaryFolder();
        var schema = folder.File("source.json", clicks.SchemaText);

        var line = (await CommandRun.OfAsync("prepare", "--schema", schema, "--out", folder["dataset"])).AssertRefusal();

        Assert.Contains("clicks.csv", line, StringComparison.Ordinal);
        Assert.Equal(["source.json"], folder.Names());
    }

    [Fact]
    public async Task Prepare_OverADataset_NeedsOverwrite()
    {
        await clicks.PrepareAsync();

        (await clicks.PrepareAsync()).AssertRefusal();
        await CommandRun.SucceedAsync("prepare", "--schema", clicks.WriteSchema(), "--out", clicks.Dataset, "--overwrite");
    }

    [Fact]
    public async Task Prepare_OfASource_LeavesTheDatasetOnly()
    {
        using var folder = new TemporaryFolder();

        await CommandRun.SucceedAsync("prepare", "--source", "synthetic", "--rows", "1000", "--days", "10", "--out", folder["dataset"]);

        Assert.Equal(["dataset"], folder.Names());
    }

    [Fact]
    public async Task Prepare_WithKeepSource_LeavesATableToPrepareAgain()
    {
        using var folder = new TemporaryFolder();

        await CommandRun.SucceedAsync("prepare", "--source", "synthetic", "--rows", "1000", "--days", "10", "--out", folder["dataset"], "--keep-source", folder["table"]);
        await CommandRun.SucceedAsync("prepare", "--schema", Path.Combine(folder["table"], "source.json"), "--out", folder["again"]);

        Assert.Equal(["again", "dataset", "table"], folder.Names());
    }

    [Fact]
    public async Task Prepare_DividedByChanceWithNewTasks_KeepsASourceThatSaysSo()
    {
        using var folder = new TemporaryFolder();
        string[] line = ["prepare", "--source", "synthetic", "--rows", "1000", "--days", "10", "--split", "random", "--split-seed", "7", "--new-tasks", "0.3"];

        await CommandRun.SucceedAsync([.. line, "--out", folder["dataset"], "--keep-source", folder["table"]]);

        var schema = SourceSchema.Read(Path.Combine(folder["table"], "source.json"));
        Assert.Equal(new RandomSplit { Train = .7, Validation = .1, Seed = 7, NewTasks = .3, NewTasksSeed = 7 }, schema.Split);
        Assert.All(schema.History, feature => Assert.Equal(HistoryScope.EarlierSplits, feature.Sees));
        var dataset = Dataset.Open(folder["dataset"]);
        Assert.InRange(dataset.CountRows("member", Split.Test), 150, 250);
        Assert.True(dataset.CountRows("member", Split.Validation) > 200); // 10 % of the rows, and those of new members that would be train
    }

    [Fact]
    public async Task Prepare_LabelGrades_MakesGradedLabelsAndKeepsASourceThatSaysSo()
    {
        using var folder = new TemporaryFolder();
        string[] line = ["prepare", "--source", "synthetic", "--rows", "1000", "--days", "10", "--label-grades", "0=0.2", "1=0.75"];

        await CommandRun.SucceedAsync([.. line, "--out", folder["dataset"], "--keep-source", folder["table"]]);
        await CommandRun.SucceedAsync("prepare", "--schema", Path.Combine(folder["table"], "source.json"), "--out", folder["again"]);

        foreach (var dataset in new[] { Dataset.Open(folder["dataset"]), Dataset.Open(folder["again"]) })
        {
            Assert.Equal(LabelKind.Graded, dataset.Schema.Label);
            var labels = await dataset.ReadAsync("member", Split.Train, [], TestContext.Current.CancellationToken).SelectMany(rows => rows.Labels).Distinct().Order().ToListAsync();
            Assert.Equal([0.2f, 0.75f], labels);
        }
    }

    [Theory]
    [InlineData("4", "--label-grades: found '4', expected value=grade, such as 4=0.7.")]
    [InlineData("4=NaN", "--label-grades: found '4=NaN', expected value=grade, such as 4=0.7.")]
    [InlineData("∞=1", "--label-grades: found '∞=1', expected value=grade, such as 4=0.7.")]
    [InlineData("4=good", "--label-grades: found '4=good', expected value=grade, such as 4=0.7.")]
    public async Task Prepare_LabelGradesWithoutAGrade_AreRefused(string grade, string what) =>
        Assert.Contains(what, (await CommandRun.OfAsync("prepare", "--source", "synthetic", "--label-grades", "1=0", grade, "--out", "never")).Error, StringComparison.Ordinal);

    [Fact]
    public async Task Prepare_NewTasksOfADefinitionWithoutAShare_IsRefused()
    {
        using var folder = new TemporaryFolder();

        var run = await CommandRun.OfAsync("prepare", "--source", "synthetic", "--rows", "1000", "--days", "10", "--new-tasks-of", "member", "--out", folder["dataset"]);

        Assert.Contains("--new-tasks-of: found 'member' with no new tasks, expected --new-tasks with their share", run.AssertRefusal(), StringComparison.Ordinal);
        Assert.Empty(folder.Names());
    }

    [Fact]
    public async Task Prepare_Cancelled_ExitsWith130AndLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();

        var run = await CommandRun.OfAsync(cancellation.Token, "prepare", "--source", "synthetic", "--rows", "1000", "--days", "10", "--out", folder["dataset"]);

        Assert.Equal(ExitCodes.Interrupted, run.ExitCode);
        Assert.Contains("interrupted", run.Error, StringComparison.Ordinal);
        Assert.Empty(folder.Names());
    }

    public void Dispose() => clicks.Dispose();
}
