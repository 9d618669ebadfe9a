using System.Buffers.Binary;
using LiMaml.Models.Json;
using LiMaml.Training.Experiments;

namespace LiMaml.Cli.Tests.Experiments;

/// <summary>Every experiment runs from its plan to its report; what the figures are does not matter here.</summary>
public sealed class ExperimentSmokeTests(ExperimentFixture fixture) : IClassFixture<ExperimentFixture>
{
    public static TheoryData<string> Names() => [.. ExperimentCatalogue.All.Select(experiment => experiment.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Experiment_OfEachName_ReportsEveryVariantWithPlots(string name)
    {
        var output = await CommandRun.SucceedAsync(fixture.Arguments(name, "--smoke"));

        var folder = Path.Combine(fixture.Out, name);
        var report = ContractJson.Read<ExperimentReport>(Path.Combine(folder, "report.json"));
        var (markdown, html) = (await File.ReadAllTextAsync(Path.Combine(folder, "report.md"), TestContext.Current.CancellationToken), await File.ReadAllTextAsync(Path.Combine(folder, "report.html"), TestContext.Current.CancellationToken));
        Assert.Equal((name, true, 1), (report.Experiment, report.IsSmoke, report.Seeds.Count));
        Assert.All(report.Training, variant =>
        {
            Assert.Contains($"\n| {variant.Name} |", markdown, StringComparison.Ordinal);
            Assert.Contains(report.Evaluations, evaluation => evaluation.Rows.Any(row => row.Model == variant.Name));
            Assert.True(variant.EpochSeconds.Mean > 0);
        });
        Assert.All(report.Provenance.Commands, command => Assert.StartsWith("limaml ", command, StringComparison.Ordinal));
        Assert.Contains("95 % interval", output, StringComparison.Ordinal);
        Assert.NotEmpty(report.Figures);
        Assert.All(report.Figures, figure =>
        {
            Assert.Contains($"]({figure})", markdown, StringComparison.Ordinal);
            AssertIsPng(File.ReadAllBytes(Path.Combine(folder, figure)));
        });
        Assert.Equal(report.Figures.Count, html.Split("data:image/png;base64,").Length - 1);
        Assert.DoesNotContain("src=\"http", html, StringComparison.Ordinal);
    }

    private static void AssertIsPng(byte[] bytes)
    {
        Assert.Equal([0x89, .. "PNG\r\n"u8], bytes[..6]);
        Assert.InRange(BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)), 600, 2000); // width
        Assert.InRange(BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20)), 300, 1500); // height
        Assert.InRange(bytes.Length, 5_000, 300_000); // an empty canvas is smaller, a photograph larger
    }
}
