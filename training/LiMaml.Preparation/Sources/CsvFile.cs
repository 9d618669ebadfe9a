using System.Text;

namespace LiMaml.Preparation.Sources;

/// <summary>Writes a CSV file; cells with commas, quotes or line ends are quoted.</summary>
internal sealed class CsvFile : IDisposable
{
    private readonly StreamWriter writer;

    public CsvFile(string folder, string name, params IReadOnlyList<string> columns)
    {
        writer = new StreamWriter(Path.Combine(folder, name), append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 16) { NewLine = "\n" };
        Add(columns);
    }

    public void Add(params IReadOnlyList<string> cells)
    {
        for (var cell = 0; cell < cells.Count; cell++)
        {
            if (cell > 0)
            {
                writer.Write(',');
            }

            writer.Write(cells[cell].AsSpan().ContainsAny(",\"\r\n") ? $"\"{cells[cell].Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cells[cell]);
        }

        writer.WriteLine();
    }

    public void Dispose() => writer.Dispose();
}
