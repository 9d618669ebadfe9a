using System.Text;

namespace LiMaml.Preparation.Reading;

/// <summary>One record of a CSV file.</summary>
internal static class CsvRecord
{
    /// <summary>Its cells, unquoted.</summary>
    public static List<string> Split(string record, string delimiter)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        var quoted = false;
        for (var position = 0; position < record.Length; position++)
        {
            if (record[position] == '"' && quoted && position + 1 < record.Length && record[position + 1] == '"')
            {
                cell.Append('"');
                position++;
            }
            else if (record[position] == '"')
            {
                quoted = !quoted;
            }
            else if (!quoted && string.CompareOrdinal(record, position, delimiter, 0, delimiter.Length) == 0)
            {
                cells.Add(cell.ToString());
                cell.Clear();
                position += delimiter.Length - 1;
            }
            else
            {
                cell.Append(record[position]);
            }
        }

        cells.Add(cell.ToString());
        return cells;
    }
}
