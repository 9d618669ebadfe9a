using System.Globalization;
using System.Text;
using Spectre.Console;

namespace LiMaml.Cli.Display;

/// <summary>A small table: names to the left, numbers to the right.</summary>
/// <param name="header">Column names.</param>
internal sealed class TextTable(params string[] header)
{
    private readonly List<string[]> rows = [];

    /// <summary>Adds a row of as many cells as there are columns.</summary>
    public TextTable Add(params string[] cells)
    {
        if (cells.Length != header.Length)
        {
            throw new ArgumentException($"{cells.Length} cells for {header.Length} columns", nameof(cells));
        }

        rows.Add(cells);
        return this;
    }

    /// <summary>Aligned columns, one line a row.</summary>
    public string ToText()
    {
        var widths = header.Select((name, column) => rows.Select(row => row[column].Length).Append(name.Length).Max()).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows.Prepend(header))
        {
            var cells = row.Select((cell, column) => IsNumeric(column) ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            text.Append(string.Join("  ", cells).TrimEnd()).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The same for a person's terminal.</summary>
    public Table ToSpectre()
    {
        var table = new Table().Border(TableBorder.Rounded);
        for (var column = 0; column < header.Length; column++)
        {
            var shown = new TableColumn(Markup.Escape(header[column]));
            table.AddColumn(IsNumeric(column) ? shown.RightAligned() : shown);
        }

        rows.ForEach(row => table.AddRow([.. row.Select(Markup.Escape)]));
        return table;
    }

    private bool IsNumeric(int column) =>
        rows.Count > 0 && rows.All(row => row[column].Length == 0 || double.TryParse(row[column].Trim('%', ' '), NumberStyles.Any, CultureInfo.InvariantCulture, out _));
}
