using LiMaml.Cli.Display;

namespace LiMaml.Cli.Reports;

/// <summary>A part of a report; plain text, marked up by whoever writes it down.</summary>
internal abstract record ReportPart;

/// <summary>A heading; level 1 is the title.</summary>
internal sealed record Heading(int Level, string Text) : ReportPart;

/// <summary>A paragraph.</summary>
internal sealed record Paragraph(string Text) : ReportPart;

/// <summary>A list of remarks.</summary>
internal sealed record Remarks(IReadOnlyList<string> Items) : ReportPart;

/// <summary>A table; every row has as many cells as the header.</summary>
internal sealed record Grid(IReadOnlyList<string> Header, IReadOnlyList<string[]> Rows) : ReportPart
{
    /// <summary>The same for a terminal.</summary>
    public TextTable ToTextTable() => Rows.Aggregate(new TextTable([.. Header]), (table, row) => table.Add(row));
}

/// <summary>A plot beside the report.</summary>
/// <param name="File">Its name.</param>
/// <param name="Caption">What it shows.</param>
internal sealed record Picture(string File, string Caption) : ReportPart;

/// <summary>Commands or files, word for word.</summary>
internal sealed record Listing(string Language, string Text) : ReportPart;

/// <summary>A report, before it is Markdown or HTML.</summary>
internal sealed record ReportDocument(IReadOnlyList<ReportPart> Parts)
{
    /// <summary>Its first heading.</summary>
    public string Title => Parts.OfType<Heading>().First().Text;
}
