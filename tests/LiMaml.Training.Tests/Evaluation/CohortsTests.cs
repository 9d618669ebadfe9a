using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using LiMaml.Training.Evaluation;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Evaluation;

public sealed class CohortsTests : IDisposable
{
    private const long Day = 86_400_000_000;
    private readonly string folder = Directory.CreateTempSubdirectory("limaml-cohorts-").FullName;

    [Fact]
    public async Task Of_ADatasetDividedByDate_GoesByTheStartOfTheTestPeriod()
    {
        using var data = await LoadAsync([("frequent", 73), ("gone", 8), ("lapsed", 10), ("late", 70)], [("late", 99), ("new", 95)], [("frequent", 105), ("gone", 101), ("lapsed", 140), ("late", 100), ("new", 101)]);
        var (period, cohorts) = (new TestPeriod(data), new Cohorts(data));

        Assert.True(period.IsByDate);
        Assert.Equal(100 * Day, period.Start);
        Assert.Equal(
            new Dictionary<string, ReportSlice?> { ["frequent"] = ReportSlice.Frequent, ["gone"] = null, ["lapsed"] = ReportSlice.Lapsed, ["late"] = ReportSlice.Frequent, ["new"] = ReportSlice.New },
            data.Keys.Select((key, task) => (key, Cohort: cohorts.Of(task))).ToDictionary(entry => entry.key, entry => entry.Cohort));
    }

    [Fact]
    public async Task Of_ADatasetDividedWithinTasks_GoesByEachTasksFirstTestRow()
    {
        using var data = await LoadAsync([("ann", 10), ("bob", 200)], [("ann", 20), ("bob", 201)], [("ann", 40), ("bob", 240), ("bob", 300)]);
        var cohorts = new Cohorts(data);

        Assert.False(new TestPeriod(data).IsByDate);
        Assert.Equal([ReportSlice.Frequent, ReportSlice.Lapsed], data.Keys.Select((_, task) => cohorts.Of(task)));
    }

    [Fact]
    public async Task Collect_WithCohorts_HoldsTheirRows()
    {
        using var data = await LoadAsync([("ann", 10)], [("bob", 20)], [("ann", 30), ("ann", 31), ("bob", 30)]);
        var episodes = EpisodesOf.Tasks(data, [Split.Train], Split.Test, 5);

        var samples = new TestRows(data, episodes, cohorts: true).Collect(row => row);

        Assert.Equal(3, samples[ReportSlice.All].RowCount);
        Assert.Equal(2, samples[ReportSlice.Frequent].RowCount);
        Assert.Equal(1, samples[ReportSlice.New].RowCount);
        Assert.Equal(samples[ReportSlice.New].Scores, samples[ReportSlice.NotAdapted].Scores); // bob has no training row to adapt to
        Assert.DoesNotContain(ReportSlice.Lapsed, samples.Keys);
        Assert.DoesNotContain(ReportSlice.ManySamples, samples.Keys);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Rows of each split by (task, day), tasks ascending.</summary>
    private async Task<TaskData> LoadAsync(params (string Task, int Day)[][] splits)
    {
        var schema = new DatasetSchema(DatasetSchema.CurrentFormatVersion, "cohorts", LabelKind.Binary, [new DenseFeature("x")], [new TaskDefinition("member", ["m"], ["x"])]);
        await using (var writer = DatasetWriter.Create(Path.Combine(folder, "dataset"), schema))
        {
            var next = 0L;
            foreach (var split in Enum.GetValues<Split>())
            {
                var rows = splits[(int)split];
                await writer.AppendAsync("member", split, Rows(rows, next), TestContext.Current.CancellationToken);
                next += rows.Length;
            }

            await writer.CompleteAsync("{}", TestContext.Current.CancellationToken);
        }

        var spec = new ModelSpec { MetaBlocks = [new MetaBlockSpec { Task = "member", Features = ["x"] }], Global = new GlobalBlockSpec { Features = ["x"] } };
        return await TaskData.LoadAsync(Dataset.Open(Path.Combine(folder, "dataset")), spec, CPU, cancellation: TestContext.Current.CancellationToken);
    }

    private static RowGroup Rows((string Task, int Day)[] rows, long first) => new()
    {
        Keys = Array.ConvertAll(rows, row => row.Task),
        Timestamps = Array.ConvertAll(rows, row => row.Day * Day),
        Labels = [.. rows.Select((_, index) => (float)(index % 2))],
        Weights = Array.ConvertAll(rows, _ => 1f),
        Rows = [.. rows.Select((_, index) => first + index)],
        Columns = new Dictionary<string, FeatureColumn> { ["x"] = new DenseColumn(new float[rows.Length]) },
    };
}
