using LiMaml.Runtime.Graphs;

namespace LiMaml.Cli.Display;

/// <summary>Tells what executed graphs in place of what was asked for.</summary>
internal static class ProviderLines
{
    /// <summary>A line on the error stream for each thing passed over; none where the first choice was used.</summary>
    public static void ShowPassedOver(this Terminal terminal, ProviderChoice choice)
    {
        foreach (var other in choice.PassedOver)
        {
            terminal.Fault($"{other.What} was passed over, {choice.InUse} is in use: {other.Reason}");
        }
    }
}
