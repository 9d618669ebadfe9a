using System.Globalization;

namespace LiMaml.Benchmarks;

/// <summary>Measurements as Markdown, ready to be kept.</summary>
internal static class MarkdownReport
{
    private const int MostEpochs = 30;

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

    internal static string Of(Benchmark benchmark, IReadOnlyList<Residence> epochs)
    {
        var settled = Residence.Settled(epochs);
        var rows = epochs.Where(epoch => epoch.Epoch % Math.Max(1, epochs.Count / MostEpochs) == 0).Select(epoch => string.Create(CultureInfo.InvariantCulture, $"| {epoch.Epoch} | {Mebibytes(epoch.Resident)} | {Mebibytes(epoch.Managed)} |"));
        return string.Create(CultureInfo.InvariantCulture,
            $"""
            ## {benchmark.Name}

            {benchmark.Description}

            Epochs {settled[0].Epoch} to {settled[^1].Epoch}: resident {Mebibytes(settled.Min(epoch => epoch.Resident))} to {Mebibytes(settled.Max(epoch => epoch.Resident))} MiB, slope by least squares {Residence.Slope(settled) / 1024:+0.0;-0.0;0.0} KiB an epoch.

            | Epoch | Resident, MiB | Of it .NET objects, MiB |
            |---|---|---|
            {string.Join('\n', rows)}

            """);
    }

    private static string Mebibytes(long bytes) => (bytes / (double)(1 << 20)).ToString("F1", CultureInfo.InvariantCulture);

    private static string PerSecond(Measurement measurement, double count) => count == 0 ? "" : Figures(count / measurement.Milliseconds.Median * 1000);

    private static string Format(Spread spread) =>
        string.Create(CultureInfo.InvariantCulture, $"{Figures(spread.Median)} ({Figures(spread.Minimum)}–{Figures(spread.Maximum)})");

    // Three significant figures, without an exponent.
    private static string Figures(double value) =>
        value.ToString(value switch { >= 100 => "F0", >= 10 => "F1", >= 1 => "F2", _ => "F3" }, CultureInfo.InvariantCulture);
}
