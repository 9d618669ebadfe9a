using ScottPlot;

namespace LiMaml.Cli.Reports;

/// <summary>Draws charts with ScottPlot, which needs no display.</summary>
internal static class ChartImage
{
    private const int Width = 900;
    private const int Height = 520;
    private const string Family = "DejaVu Sans"; // where it is not installed, the system's choice
    private const int RoomForTurnedLabels = 150;

    /// <summary>A PNG file's bytes.</summary>
    public static byte[] Png(Chart chart)
    {
        using var plot = new Plot();
        plot.Font.Set(Family);
        for (var index = 0; index < chart.Series.Count; index++)
        {
            Add(plot, chart.Series[index], plot.Add.Palette.GetColor(index));
        }

        if (chart.Level is var (level, name))
        {
            var line = plot.Add.HorizontalLine(level, 1.5f, Colors.Gray, LinePattern.Dashed);
            line.LegendText = name;
        }

        plot.Title(chart.Title);
        plot.YLabel(chart.YLabel);
        if (chart.XLabel is not null)
        {
            plot.XLabel(chart.XLabel);
        }

        if (chart.Ticks is { } ticks)
        {
            Label(plot, ticks);
        }

        plot.ShowLegend(Edge.Right); // beside the data, never over it
        return plot.GetImage(Width, Height).GetImageBytes(ImageFormat.Png);
    }

    private static void Add(Plot plot, ChartSeries series, Color color)
    {
        var scatter = plot.Add.Scatter(series.Points.Select(point => point.X).ToArray(), series.Points.Select(point => point.Y).ToArray(), color);
        scatter.LegendText = series.Name;
        scatter.LineWidth = series.IsConnected ? 2 : 0;
        scatter.MarkerSize = 9;
        var measured = series.Points.Where(point => point.Deviation is > 0).ToList();
        if (measured.Count > 0)
        {
            var bars = plot.Add.ErrorBar(
                measured.ConvertAll(point => point.X).ToArray(), measured.ConvertAll(point => point.Y).ToArray(), measured.ConvertAll(point => point.Deviation!.Value).ToArray());
            bars.Color = color;
            bars.LineWidth = 1.5f;
        }
    }

    private static void Label(Plot plot, IReadOnlyList<(double Position, string Label)> ticks)
    {
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericManual([.. ticks.Select(tick => tick.Position)], [.. ticks.Select(tick => tick.Label)]);
        plot.Axes.SetLimitsX(ticks.Min(tick => tick.Position) - Margin(ticks), ticks.Max(tick => tick.Position) + Margin(ticks));
        if (ticks.Max(tick => tick.Label.Length) * ticks.Count > 60)
        {
            plot.Axes.Bottom.TickLabelStyle.Rotation = -25;
            plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.MiddleRight;
            plot.Axes.Bottom.MinimumSize = RoomForTurnedLabels;
        }
    }

    private static double Margin(IReadOnlyList<(double Position, string Label)> ticks) =>
        Math.Max(0.5, (ticks.Max(tick => tick.Position) - ticks.Min(tick => tick.Position)) * 0.05) is var margin && ticks.Count > 1
            ? Math.Min(margin, (ticks.Max(tick => tick.Position) - ticks.Min(tick => tick.Position)) / (ticks.Count - 1) * 0.6)
            : margin;
}
