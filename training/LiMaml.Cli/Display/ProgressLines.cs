namespace LiMaml.Cli.Display;

/// <summary>Progress where output is redirected: a line now and then, so that logs stay short.</summary>
/// <param name="output">Where lines go.</param>
/// <param name="clock">Measures time.</param>
internal sealed class ProgressLines(TextWriter output, TimeProvider clock) : IProgress<Progress>
{
    /// <summary>Least time between two lines.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private string? stage;
    private long stageBegan;
    private long lastLine = clock.GetTimestamp();

    /// <inheritdoc/>
    public void Report(Progress value)
    {
        lock (gate)
        {
            if (value.Stage != stage)
            {
                (stage, stageBegan) = (value.Stage, clock.GetTimestamp());
            }

            if (clock.GetElapsedTime(lastLine) < Interval)
            {
                return;
            }

            lastLine = clock.GetTimestamp();
            output.WriteLine("  " + value.Describe(clock.GetElapsedTime(stageBegan)));
        }
    }
}
