namespace LiMaml.Cli.Display;

/// <summary>Measures the stage at hand, from its first report on.</summary>
/// <param name="clock">Measures time.</param>
internal sealed class StageClock(TimeProvider clock)
{
    private string? stage;
    private long began;
    private long doneBefore;

    /// <summary>What to show for a report.</summary>
    public string Describe(Progress progress)
    {
        if (progress.Stage != stage)
        {
            (stage, began, doneBefore) = (progress.Stage, clock.GetTimestamp(), progress.Done);
        }

        return progress.Describe(clock.GetElapsedTime(began), doneBefore);
    }
}
