using System.Net;
using System.Text;

namespace LiMaml.Cli.Reports;

/// <summary>A report as one HTML file that needs no other: style and plots are inside.</summary>
internal static class HtmlText
{
    private const string Style =
        "body{font:15px/1.5 sans-serif;max-width:75em;margin:2em auto;padding:0 1em;color:#222}table{border-collapse:collapse;margin:1em 0}"
        + "th,td{border-bottom:1px solid #ccc;padding:.25em .8em;text-align:left;white-space:nowrap}th{border-bottom:2px solid #888}"
        + "td{font-variant-numeric:tabular-nums}pre{background:#f4f4f4;padding:1em;overflow-x:auto}img{max-width:100%}figcaption{color:#555}";

    /// <summary>The text.</summary>
    /// <param name="document">The report.</param>
    /// <param name="folder">Where its plots are.</param>
    public static string Of(ReportDocument document, string folder) =>
        $"<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{Encode(document.Title)}</title><style>{Style}</style></head>\n<body>\n"
        + string.Concat(document.Parts.Select(part => Part(part, folder)))
        + "</body>\n</html>\n";

    private static string Part(ReportPart part, string folder) => part switch
    {
        Heading heading => $"<h{heading.Level}>{Encode(heading.Text)}</h{heading.Level}>\n",
        Paragraph paragraph => $"<p>{Encode(paragraph.Text)}</p>\n",
        Remarks remarks => $"<ul>{string.Concat(remarks.Items.Select(item => $"<li>{Encode(item)}</li>"))}</ul>\n",
        Picture picture => $"<figure><img alt=\"{Encode(picture.Caption)}\" src=\"data:image/png;base64,{Convert.ToBase64String(File.ReadAllBytes(Path.Combine(folder, picture.File)))}\"><figcaption>{Encode(picture.Caption)}</figcaption></figure>\n",
        Listing listing => $"<pre>{Encode(listing.Text.TrimEnd())}</pre>\n",
        Grid grid => Table(grid),
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, null),
    };

    private static string Table(Grid grid)
    {
        var text = new StringBuilder("<table>\n<tr>");
        text.Append(string.Concat(grid.Header.Select(name => $"<th>{Encode(name)}</th>"))).Append("</tr>\n");
        foreach (var row in grid.Rows)
        {
            text.Append("<tr>").Append(string.Concat(row.Select(cell => $"<td>{Encode(cell)}</td>"))).Append("</tr>\n");
        }

        return text.Append("</table>\n").ToString();
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
