using System.Text;

namespace LiMaml.Cli.Reports;

/// <summary>A report as Markdown, its plots beside it.</summary>
internal static class MarkdownText
{
    /// <summary>The text.</summary>
    public static string Of(ReportDocument document) => string.Join('\n', document.Parts.Select(Part));

    private static string Part(ReportPart part) => part switch
    {
        Heading heading => $"{new string('#', heading.Level)} {heading.Text}\n",
        Paragraph paragraph => paragraph.Text + "\n",
        Remarks remarks => string.Concat(remarks.Items.Select(item => $"- {item}\n")),
        Picture picture => $"![{picture.Caption}]({picture.File})\n",
        Listing listing => $"```{listing.Language}\n{listing.Text.TrimEnd()}\n```\n",
        Grid grid => Table(grid),
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, null),
    };

    private static string Table(Grid grid)
    {
        var text = new StringBuilder();
        AppendRow(text, grid.Header);
        AppendRow(text, grid.Header.Select(_ => "---"));
        foreach (var row in grid.Rows)
        {
            AppendRow(text, row);
        }

        return text.ToString();
    }

    private static void AppendRow(StringBuilder text, IEnumerable<string> cells) =>
        text.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
}
