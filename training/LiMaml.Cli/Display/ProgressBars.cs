using Spectre.Console;

namespace LiMaml.Cli.Display;

/// <summary>Progress on a person's terminal: one bar, for the stage at hand.</summary>
/// <param name="context">Spectre's live area.</param>
/// <param name="clock">Measures time.</param>
internal sealed class ProgressBars(ProgressContext context, TimeProvider clock) : IProgress<Progress>
{
    private readonly Lock gate = new();
    private readonly StageClock stage = new(clock);
    private ProgressTask? bar;

    /// <inheritdoc/>
    public void Report(Progress value)
    {
        lock (gate)
        {
            var text = Markup.Escape(stage.Describe(value));
            bar ??= context.AddTask(text, maxValue: 1);
            bar.IsIndeterminate = value.Share is null;
            bar.Value = Math.Min(value.Share ?? 0, 0.999); // a full bar would count as finished, and the next stage needs it
            bar.Description = text;
        }
    }
}
