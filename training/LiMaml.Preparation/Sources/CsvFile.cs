using System.Globalization;
using System.Text;

namespace LiMaml.Preparation.Sources;

/// <summary>Writes a CSV file cell by cell; cells with commas, quotes or line ends are quoted.</summary>
internal sealed class CsvFile : IDisposable
{
    private readonly StreamWriter writer;
    private readonly char[] digits = new char[32];
    private bool isRowStarted;

    public CsvFile(string folder, string name, params IReadOnlyList<string> columns)
    {
        writer = new StreamWriter(Path.Combine(folder, name), append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 16) { NewLine = "\n" };
        AddRow(columns);
    }

    public void AddRow(params IReadOnlyList<string> cells)
    {
        foreach (var cell in cells)
        {
            Add(cell);
        }

        EndRow();
    }

    public CsvFile Add(string cell)
    {
        Separate();
        writer.Write(cell.AsSpan().ContainsAny(",\"\r\n") ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell);
        return this;
    }

    public CsvFile Add(long cell)
    {
        Separate();
        return Append(cell);
    }

    public CsvFile Add(float cell)
    {
        Separate();
        return Append(cell);
    }

    /// <summary>An identifier such as m17.</summary>
    public CsvFile Add(char prefix, int number)
    {
        Separate();
        writer.Write(prefix);
        return Append(number);
    }

    /// <summary>A name such as topic3.</summary>
    public CsvFile Add(string prefix, int number)
    {
        Separate();
        writer.Write(prefix);
        return Append(number);
    }

    public void EndRow()
    {
        writer.WriteLine();
        isRowStarted = false;
    }

    public void Dispose() => writer.Dispose();

    private void Separate()
    {
        if (isRowStarted)
        {
            writer.Write(',');
        }

        isRowStarted = true;
    }

    private CsvFile Append<T>(T value)
        where T : ISpanFormattable
    {
        value.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
        writer.Write(digits.AsSpan(0, length));
        return this;
    }
}
