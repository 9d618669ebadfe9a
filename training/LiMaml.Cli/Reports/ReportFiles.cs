using LiMaml.Models.Files;

namespace LiMaml.Cli.Reports;

/// <summary>Writes a report for people: Markdown, HTML and the plots.</summary>
internal static class ReportFiles
{
    /// <summary>Name of the Markdown file.</summary>
    public const string Markdown = "report.md";

    /// <summary>Name of the HTML file.</summary>
    public const string Html = "report.html";

    /// <summary>Name of the file for programs.</summary>
    public const string Json = "report.json";

    /// <summary>Writes all of it into a folder that is there.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="document">The report; its pictures are among <paramref name="charts"/>.</param>
    /// <param name="charts">By file name.</param>
    public static void Write(string folder, ReportDocument document, IReadOnlyDictionary<string, Chart> charts)
    {
        foreach (var (file, chart) in charts)
        {
            AtomicFile.Write(Path.Combine(folder, file), ChartImage.Png(chart));
        }

        AtomicFile.Write(Path.Combine(folder, Markdown), System.Text.Encoding.UTF8.GetBytes(MarkdownText.Of(document)));
        AtomicFile.Write(Path.Combine(folder, Html), System.Text.Encoding.UTF8.GetBytes(HtmlText.Of(document, folder)));
    }
}
