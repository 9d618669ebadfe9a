using System.Globalization;

namespace LiMaml.Benchmarks;

/// <summary>Measurements as Markdown, ready to be kept.</summary>
internal static class MarkdownReport
{
    internal static string Head(AlternatingRunner runner) => string.Create(CultureInfo.InvariantCulture,
        $"""
        Machine: {Machine.Describe()}.
        Commit: {Machine.Commit()}. {runner.Rounds} rounds after {runner.WarmUpRounds} to warm up, variants in turn, {runner.Threads} thread{(runner.Threads == 1 ? "" : "s")}, {(runner.ProcessorTime ? "processor" : "elapsed")} time; medians, minimum–maximum in brackets.

        """);

    internal static string Of(Benchmark benchmark, IReadOnlyList<Measurement> measurements)
    {
        var rows = measurements.Select(measurement => string.Create(CultureInfo.InvariantCulture,
            $"| {measurement.Variant.Name} | {Format(measurement.Milliseconds)} | {Format(measurement.Ratio)} | {PerSecond(measurement, measurement.Variant.Operations / 1e9)} | {PerSecond(measurement, measurement.Variant.Tasks)} | {PerSecond(measurement, measurement.Variant.Events)} |"));
        return $"""
            ## {benchmark.Name}

            {benchmark.Description}

            | Variant | ms | Ratio to the first | GFLOP/s | Tasks/s | Events/s |
            |---|---|---|---|---|---|
            {string.Join('\n', rows)}

            """;
    }

    private static string PerSecond(Measurement measurement, double count) => count == 0 ? "" : Figures(count / measurement.Milliseconds.Median * 1000);

    private static string Format(Spread spread) =>
        string.Create(CultureInfo.InvariantCulture, $"{Figures(spread.Median)} ({Figures(spread.Minimum)}–{Figures(spread.Maximum)})");

    // Three significant figures, without an exponent.
    private static string Figures(double value) =>
        value.ToString(value switch { >= 100 => "F0", >= 10 => "F1", >= 1 => "F2", _ => "F3" }, CultureInfo.InvariantCulture);
}
