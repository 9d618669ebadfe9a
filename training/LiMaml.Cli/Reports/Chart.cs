namespace LiMaml.Cli.Reports;

/// <summary>A point of a chart.</summary>
/// <param name="X">Horizontal, as drawn.</param>
/// <param name="Y">Vertical.</param>
/// <param name="Deviation">Drawn up and down from the point; null for none.</param>
internal sealed record ChartPoint(double X, double Y, double? Deviation = null);

/// <summary>Points of one colour.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="Points">At least one.</param>
/// <param name="IsConnected">Whether a line joins them.</param>
internal sealed record ChartSeries(string Name, IReadOnlyList<ChartPoint> Points, bool IsConnected = false);

/// <summary>Points over a horizontal axis that is labelled by hand.</summary>
/// <param name="Title">Above.</param>
/// <param name="XLabel">Below; null for none.</param>
/// <param name="YLabel">At the left.</param>
/// <param name="Series">At least one.</param>
/// <param name="Ticks">Labels of the horizontal axis by position; null lets the axis choose.</param>
internal sealed record Chart(string Title, string? XLabel, string YLabel, IReadOnlyList<ChartSeries> Series, IReadOnlyList<(double Position, string Label)>? Ticks)
{
    /// <summary>A level to compare with, drawn across, with its name; null for none.</summary>
    public (double Y, string Name)? Level { get; init; }
}
