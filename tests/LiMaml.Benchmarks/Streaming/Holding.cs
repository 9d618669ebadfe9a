using System.Globalization;

namespace LiMaml.Benchmarks.Streaming;

/// <summary>What a worker holds at one moment.</summary>
/// <param name="Seconds">Since the load began.</param>
/// <param name="Resident">Bytes of the process in memory, native libraries' included.</param>
/// <param name="Heap">Bytes of the .NET heap after its last collection.</param>
/// <param name="Descriptors">Open files and sockets, the stores' tables left out.</param>
/// <param name="Tables">Open tables of the stores: one more with each full write buffer, until several become one.</param>
/// <param name="Threads">Threads of the operating system.</param>
internal sealed record Holding(double Seconds, long Resident, long Heap, int Descriptors, int Tables, int Threads)
{
    private static readonly (string Name, Func<Holding, double> Of, string Format)[] Columns =
    [
        ("Resident, MiB", holding => holding.Resident / (double)(1 << 20), "F1"),
        (".NET heap after its last collection, MiB", holding => holding.Heap / (double)(1 << 20), "F1"),
        ("Descriptors, the stores' tables left out", holding => holding.Descriptors, "F1"),
        ("Open tables of the stores", holding => holding.Tables, "F1"),
        ("Threads", holding => holding.Threads, "F1"),
    ];

    /// <summary>Means of the first and the last third, and growth by least squares over the last two thirds: before them pools fill and code is compiled.</summary>
    internal static string Table(IReadOnlyList<Holding> holdings)
    {
        var third = Math.Max(1, holdings.Count / 3);
        var rows = Columns.Select(column =>
        {
            var values = holdings.Select(column.Of).ToArray();
            var slope = Slope([.. holdings.Skip(third).Select(holding => (holding.Seconds / 60, column.Of(holding)))]);
            return $"| {column.Name} | {Text(values.Take(third).Average(), column.Format)} | {Text(values.TakeLast(third).Average(), column.Format)} | {Text(values.Max(), column.Format)} | {Text(slope, "+0.00;-0.00;0.00")} |";
        });
        return $"""
            | | First third | Last third | Largest | Slope of the last two thirds, per minute |
            |---|---|---|---|---|
            {string.Join('\n', rows)}

            """;
    }

    private static double Slope((double Time, double Value)[] points)
    {
        var (time, value) = (points.Average(point => point.Time), points.Average(point => point.Value));
        var spread = points.Sum(point => (point.Time - time) * (point.Time - time));
        return spread == 0 ? 0 : points.Sum(point => (point.Time - time) * (point.Value - value)) / spread;
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
