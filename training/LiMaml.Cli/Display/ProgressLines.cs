namespace LiMaml.Cli.Display;

/// <summary>Progress where output is redirected: a line now and then, so that logs stay short.</summary>
/// <param name="output">Where lines go.</param>
/// <param name="clock">Measures time.</param>
internal sealed class ProgressLines(TextWriter output, TimeProvider clock) : IProgress<Progress>
{
    /// <summary>Least time between two lines.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly StageClock stage = new(clock);
    private long lastLine = clock.GetTimestamp();

    /// <inheritdoc/>
    public void Report(Progress value)
    {
        lock (gate)
        {
            var text = stage.Describe(value);
            if (clock.GetElapsedTime(lastLine) < Interval)
            {
                return;
            }

            lastLine = clock.GetTimestamp();
            output.WriteLine("  " + text);
        }
    }
}
