using System.Globalization;

namespace LiMaml.Benchmarks;

/// <summary>Measurements as Markdown, ready to be kept.</summary>
internal static class MarkdownReport
{
    internal static string Head(AlternatingRunner runner) => string.Create(CultureInfo.InvariantCulture,
        $"""
        Machine: {Machine.Describe()}.
        Commit: {Machine.Commit()}. {runner.Rounds} rounds after {runner.WarmUpRounds} to warm up, variants in turn; medians, minimum–maximum in brackets.

        """);

    internal static string Of(Benchmark benchmark, IReadOnlyList<Measurement> measurements)
    {
        var rows = measurements.Select(measurement => string.Create(CultureInfo.InvariantCulture,
            $"| {measurement.Variant} | {Format(measurement.Milliseconds)} | {Format(measurement.Ratio)} |"));
        return $"""
            ## {benchmark.Name}

            {benchmark.Description}

            | Variant | ms | Ratio to the first |
            |---|---|---|
            {string.Join('\n', rows)}

            """;
    }

    private static string Format(Spread spread) =>
        string.Create(CultureInfo.InvariantCulture, $"{Figures(spread.Median)} ({Figures(spread.Minimum)}–{Figures(spread.Maximum)})");

    // Three significant figures, without an exponent.
    private static string Figures(double value) =>
        value.ToString(value switch { >= 100 => "F0", >= 10 => "F1", >= 1 => "F2", _ => "F3" }, CultureInfo.InvariantCulture);
}
