using LiMaml.Runtime.Refresh;
using LiMaml.Runtime.Tests.Samples;

namespace LiMaml.Runtime.Tests.Refresh;

public sealed class RefreshLogTests : IDisposable
{
    private readonly TestFolder folder = new();

    private string File => Path.Combine(folder["state"], "refreshes.jsonl");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Append_Records_AreLinesThatReadBack()
    {
        var log = new RefreshLog(folder["state"]);
        log.Append(Record(1));
        log.Append(Record(2));
        Assert.Equal(2, System.IO.File.ReadAllLines(File).Length);
        Assert.StartsWith("{\"kind\":\"full\",\"bundleId\":\"b\",\"generation\":1,\"asOf\":\"1970-01-01T00:00:42", System.IO.File.ReadAllLines(File)[0]);
        Assert.Equal([1, 2], new RefreshLog(folder["state"]).Last(10).Select(record => record.Generation));
        var last = Assert.Single(log.Last(1));
        Assert.Equal(Record(2) with { TaskCounts = last.TaskCounts, GuardrailCounts = last.GuardrailCounts }, last);
        Assert.Equal(Record(2).TaskCounts, last.TaskCounts);
        Assert.Equal(Record(2).GuardrailCounts, last.GuardrailCounts);
    }

    [Fact]
    public void Append_AfterALineThatACrashCutShort_StartsANewOne()
    {
        var log = new RefreshLog(folder["state"]);
        log.Append(Record(1));
        System.IO.File.AppendAllText(File, "{\"kind\":\"fu");
        log.Append(Record(2));
        Assert.Equal([1, 2], log.Last(10).Select(record => record.Generation));
    }

    [Fact]
    public void Append_FileFull_KeepsTheLastTwoFiles()
    {
        var log = new RefreshLog(folder["state"], maxBytes: 600);
        for (var generation = 1; generation <= 9; generation++)
        {
            log.Append(Record(generation));
        }

        Assert.Equal(["refreshes.jsonl", "refreshes.old.jsonl"], Directory.EnumerateFiles(folder["state"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var kept = log.Last(100).Select(record => record.Generation).ToArray();
        Assert.Equal(9, kept[^1]);
        Assert.InRange(kept.Length, 2, 4);
        Assert.Equal(kept.Order(), kept);
    }

    [Fact]
    public void Last_NothingWritten_IsEmpty() => Assert.Empty(new RefreshLog(folder["state"]).Last(5));

    private static RefreshRecord Record(long generation) => new()
    {
        Kind = RefreshKind.Full,
        BundleId = "b",
        Generation = generation,
        AsOf = DateTimeOffset.UnixEpoch.AddSeconds(42),
        Started = DateTimeOffset.UnixEpoch.AddDays(1),
        Finished = DateTimeOffset.UnixEpoch.AddDays(1).AddSeconds(3),
        TaskCounts = new Dictionary<string, long> { ["member"] = 5 },
        TaskCount = 5,
        AdaptedCount = 3,
        GuardrailCounts = new Dictionary<GuardrailReason, long> { [GuardrailReason.JumpTooLarge] = 2 },
        KeptCount = 2,
        SampleCount = 50,
        MeanLossBefore = 0.5,
        MeanLossAfter = 0.25,
        Durations = new RefreshDurations(TimeSpan.FromSeconds(1), TimeSpan.Zero, TimeSpan.FromSeconds(2), TimeSpan.Zero, TimeSpan.Zero),
    };
}
