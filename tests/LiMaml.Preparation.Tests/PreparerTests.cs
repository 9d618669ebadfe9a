using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;
using LiMaml.Preparation.Schemas;
using LiMaml.Preparation.Sources;

namespace LiMaml.Preparation.Tests;

public class PreparerTests
{
    [Fact]
    public async Task PrepareAsync_OneThreadOrMany_SameFiles()
    {
        using var temporary = new TemporaryFolder();
        var schema = await new Synthetic(new SyntheticOptions { RowCount = 30_000 }).ConvertAsync("", temporary["raw"], cancellationToken: TestContext.Current.CancellationToken);
        foreach (var threads in new[] { 1, 4 })
        {
            await Preparer.PrepareAsync(
                new PrepareOptions { Schema = schema, BaseFolder = temporary["raw"], OutputFolder = temporary[$"{threads}"], Threads = threads, MemoryLimit = 256L << 20 },
                cancellationToken: TestContext.Current.CancellationToken);
        }

        foreach (var file in Directory.EnumerateFiles(temporary["1"], "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(temporary["1"], path)).Where(file => file != "statistics.json"))
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(temporary["1"], file)), File.ReadAllBytes(Path.Combine(temporary["4"], file)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(7)]
    public async Task PrepareAsync_CancelledAtAStage_LeavesNothing(int step)
    {
        using var example = new Example();
        example.Add("clicks.csv", example.Clicks);
        using var cancellation = new CancellationTokenSource();
        var progress = new AtStep(step, cancellation.Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Preparer.PrepareAsync(Options(example), progress, cancellation.Token));

        Assert.True(progress.IsReached);
        example.AssertNothingLeft();
    }

    [Fact]
    public async Task PrepareAsync_CancelledWithinAStatement_EndsSoon()
    {
        using var temporary = new TemporaryFolder();
        var schema = await new Synthetic(new SyntheticOptions { RowCount = 1_000_000 }).ConvertAsync("", temporary["raw"], cancellationToken: TestContext.Current.CancellationToken);
        using var cancellation = new CancellationTokenSource();
        var progress = new AtStep(1, () => cancellation.CancelAfter(TimeSpan.FromMilliseconds(100)));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Preparer.PrepareAsync(new PrepareOptions { Schema = schema, BaseFolder = temporary["raw"], OutputFolder = temporary["dataset"] }, progress, cancellation.Token));

        Assert.InRange(progress.LastStep, 1, 3); // of some ten seconds' work
        Assert.Equal([temporary["raw"]], Directory.GetFileSystemEntries(temporary.Path));
    }

    [Fact]
    public async Task PrepareAsync_Done_LeavesTheDatasetOnlyAndReportsEveryStage()
    {
        using var example = new Example();
        example.Add("clicks.csv", example.Clicks);
        var progress = new AtStep(0, () => { });

        var statistics = await Preparer.PrepareAsync(Options(example), progress, TestContext.Current.CancellationToken);

        Assert.Equal(["clicks.csv", "dataset"], Directory.GetFileSystemEntries(example.Folder).Select(Path.GetFileName).Order());
        Assert.Equal(progress.StepCount, progress.LastStep);
        Assert.Contains("\"readRowCount\": 8", File.ReadAllText(Path.Combine(example.Output, "statistics.json")), StringComparison.Ordinal);
        Assert.StartsWith("clicks: 8 interactions read, 0 duplicates dropped", statistics.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PrepareAsync_Statistics_CountTasksByHand()
    {
        using var example = new Example { Clicks = new Example().Clicks + "\ncat,gin,1,0,1700000800" };
        var prepared = await example.PrepareAsync();

        var (train, test) = (prepared.Statistics.Tasks[0].Splits[Split.Train], prepared.Statistics.Tasks[0].Splits[Split.Test]);
        Assert.Equal((4, 2, 0, 1), (train.RowCount, train.TaskCount, train.ColdTaskCount, train.OneClassTaskCount)); // bob has one row
        Assert.Equal((3, 3, 1, 3), (test.RowCount, test.TaskCount, test.ColdTaskCount, test.OneClassTaskCount)); // cat is new
        Assert.Equal((1, 1, 2.0, 3), (train.SamplesPerTask.Minimum, train.SamplesPerTask.Median, train.SamplesPerTask.Mean, train.SamplesPerTask.Maximum));
        var splits = prepared.Statistics.Splits;
        Assert.Equal((.5, Example.At(0), Example.At(300)), (splits[Split.Train].LabelMean, splits[Split.Train].First, splits[Split.Train].Last));
    }

    [Theory]
    [InlineData(1, 0, "memory limit")]
    [InlineData(1 << 30, -1, "threads")]
    public async Task PrepareAsync_OptionOutOfRange_IsNamed(long memory, int threads, string named)
    {
        using var example = new Example();

        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => Preparer.PrepareAsync(Options(example) with { MemoryLimit = memory, Threads = threads }));

        Assert.StartsWith(named, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PrepareAsync_RealLabels_AreKeptAsTheyAre()
    {
        using var example = new Example();
        example.Schema = example.Schema with { Label = new SourceLabel { Column = "price", Kind = LabelKind.Real }, Features = [] };
        var prepared = await example.PrepareAsync();

        Assert.Equal(LabelKind.Real, prepared.Dataset.Schema.Label);
        Assert.Equal(new float[] { 1.5f, 2.5f, 4.5f, 3.5f }, (await prepared.RowsAsync("member", Split.Train)).Labels);
    }

    [Fact]
    public async Task PrepareAsync_GradedLabels_AreInterpolatedBetweenTheGradedValues()
    {
        using var example = new Example();
        GradedValue[] grades = [new(2, 0.1), new(3, 0.2), new(4, 1)];
        example.Schema = example.Schema with { Label = new SourceLabel { Column = "price", Kind = LabelKind.Graded, Grades = grades }, Features = [] };
        var prepared = await example.PrepareAsync();

        Assert.Equal(LabelKind.Graded, prepared.Dataset.Schema.Label);
        Assert.Equal(new float[] { 0.1f, 0.15f, 1, 0.6f }, (await prepared.RowsAsync("member", Split.Train)).Labels); // prices 1.5, 2.5, 4.5, 3.5
    }

    [Fact]
    public async Task PrepareAsync_GradesOutsideZeroToOne_AreRefused()
    {
        using var example = new Example();
        example.Schema = example.Schema with { Label = new SourceLabel { Column = "price", Kind = LabelKind.Graded }, Features = [] };

        Assert.Contains("expected 0 to 1 (or grades in the schema's label)", await example.RefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PrepareAsync_GradesOnOneSideOfTheHalf_AreRefused()
    {
        using var example = new Example();
        example.Schema = example.Schema with { Label = new SourceLabel { Column = "price", Kind = LabelKind.Graded, Grades = [new(1, 0), new(5, 0.4)] }, Features = [] };

        Assert.Contains("expected grades below 0.5 and others", await example.RefusalAsync(), StringComparison.Ordinal);
    }

    private static PrepareOptions Options(Example example) => new() { Schema = example.Schema, BaseFolder = example.Folder, OutputFolder = example.Output };

    private sealed class AtStep(int step, Action act) : IProgress<PrepareProgress>
    {
        public bool IsReached { get; private set; }

        public int LastStep { get; private set; }

        public int StepCount { get; private set; }

        public void Report(PrepareProgress value)
        {
            Assert.True(value.Step >= LastStep && value.Step <= value.StepCount);
            (LastStep, StepCount) = (value.Step, value.StepCount);
            if (value.Step == step && !IsReached)
            {
                IsReached = true;
                act();
            }
        }
    }
}
