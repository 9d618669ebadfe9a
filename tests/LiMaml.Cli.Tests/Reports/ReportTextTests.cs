using LiMaml.Cli.Arguments;
using LiMaml.Cli.Reports;

namespace LiMaml.Cli.Tests.Reports;

public sealed class ReportTextTests
{
    private static readonly ReportDocument Document = new(
    [
        new Heading(1, "A < B"),
        new Grid(["name", "value"], [["a|b", "1"]]),
        new Remarks(["one", "two"]),
        new Picture("plot.png", "AUC"),
        new Listing("bash", "limaml --help\n"),
    ]);

    [Fact]
    public void Markdown_OfEachPart_IsMarkedUp() => Assert.Equal(
        "# A < B\n\n| name | value |\n| --- | --- |\n| a\\|b | 1 |\n\n- one\n- two\n\n![AUC](plot.png)\n\n```bash\nlimaml --help\n```\n", MarkdownText.Of(Document));

    [Fact]
    public void Html_OfEachPart_IsEncodedAndHoldsThePictures()
    {
        using var folder = new TemporaryFolder();
        folder.File("plot.png", "pixels");

        var html = HtmlText.Of(Document, folder.Path);

        Assert.Contains("<title>A &lt; B</title>", html, StringComparison.Ordinal);
        Assert.Contains("<td>a|b</td><td>1</td>", html, StringComparison.Ordinal);
        Assert.Contains("base64," + Convert.ToBase64String("pixels"u8), html, StringComparison.Ordinal);
        Assert.Contains("<pre>limaml --help</pre>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void CommandLine_WithSpacesAndQuotes_CanBePastedIntoAShell() =>
        Assert.Equal("limaml train --seed 1 2 --only 'n = 1' 'it'\\''s' ''", CommandLine.Of("train", "--seed", "1 2", "--only", "n = 1", "it's", ""));
}
