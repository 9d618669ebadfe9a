using LiMaml.Cli.Display;

namespace LiMaml.Cli.Tests.Display;

public sealed class ProgressLinesTests : IDisposable
{
    private readonly StepClock clock = new();
    private readonly StringWriter output = new() { NewLine = "\n" };

    [Fact]
    public void Report_WithinTheInterval_WritesNothing()
    {
        var lines = new ProgressLines(output, clock);

        clock.Now = ProgressLines.Interval - TimeSpan.FromMilliseconds(1);
        lines.Report(new Progress("writing", 10, 100));

        Assert.Empty(output.ToString());
    }

    [Fact]
    public void Report_OnceAnInterval_WritesRateAndRemainingTime()
    {
        var lines = new ProgressLines(output, clock);
        lines.Report(new Progress("writing", 0, 4000));

        clock.Now = TimeSpan.FromSeconds(10);
        lines.Report(new Progress("writing", 1000, 4000));
        lines.Report(new Progress("writing", 1001, 4000));

        Assert.Equal("  writing: 1,000 of 4,000 rows, 100 rows/s, 0:30 left\n", output.ToString());
    }

    [Fact]
    public void Report_OfAnotherStage_MeasuresItsRateAnew()
    {
        var lines = new ProgressLines(output, clock);
        lines.Report(new Progress("reading", 100_000));
        clock.Now = TimeSpan.FromSeconds(4);
        lines.Report(new Progress("writing"));

        clock.Now = TimeSpan.FromSeconds(6);
        lines.Report(new Progress("writing", 10));

        Assert.Equal("  writing: 10 rows, 5 rows/s\n", output.ToString());
    }

    [Fact]
    public void Describe_WithRateRemainingAndNote_ShowsTheGivenOnes() =>
        Assert.Equal(
            "epoch 1/2: 5 of 10 steps, 3 steps/s, 1:00:01 left, loss 0.5",
            new Progress("epoch 1/2", 5, 10, "steps") { Rate = 3, Remaining = TimeSpan.FromSeconds(3601), Note = "loss 0.5" }.Describe(TimeSpan.FromSeconds(1)));

    [Fact]
    public void Describe_OfAStageWithoutNumbers_IsItsName() => Assert.Equal("reading", new Progress("reading").Describe(TimeSpan.FromSeconds(9)));

    public void Dispose() => output.Dispose();

    private sealed class StepClock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
