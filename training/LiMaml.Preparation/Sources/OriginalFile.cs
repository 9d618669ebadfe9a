using System.Globalization;
using System.IO.Compression;
using System.Text;
using LiMaml.Models;
using LiMaml.Preparation.Reading;

namespace LiMaml.Preparation.Sources;

/// <summary>A file of a public data set, as its publisher made it: Latin-1 text, perhaps gzipped.</summary>
/// <param name="FullPath">Where it is.</param>
internal sealed record OriginalFile(string FullPath)
{
    /// <summary>The first of <paramref name="names"/> that is in <paramref name="folder"/>, also with <c>.gz</c> behind it.</summary>
    public static OriginalFile? TryFind(string folder, params IReadOnlyList<string> names)
    {
        var path = names.SelectMany(name => new[] { name, name + ".gz" }).Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        return path is null ? null : new OriginalFile(path);
    }

    /// <exception cref="InvalidInputException">None of them is there.</exception>
    public static OriginalFile Find(string folder, params IReadOnlyList<string> names) =>
        TryFind(folder, names) ?? throw new InvalidInputException(folder, Directory.Exists(folder) ? "a folder without it" : "no such folder", $"a folder with {string.Join(" or ", names)}, possibly with .gz");

    public StreamReader Open()
    {
        var file = File.OpenRead(FullPath);
        return new StreamReader(FullPath.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file, Encoding.Latin1);
    }

    /// <summary>The records of a CSV file with a header, as cells by column name.</summary>
    /// <exception cref="InvalidInputException">A column is missing, or a line has too many or too few cells.</exception>
    public IEnumerable<Dictionary<string, string>> Records(IReadOnlyList<string> columns, CancellationToken cancellation)
    {
        using var reader = Open();
        var header = CsvRecord.Split(ReadLine(reader) ?? "", ",");
        if (columns.FirstOrDefault(column => !header.Contains(column)) is { } missing)
        {
            throw new InvalidInputException($"{FullPath}, header", $"no column '{missing}'", string.Join(", ", columns));
        }

        var number = 1;
        while (ReadLine(reader) is { } line)
        {
            cancellation.ThrowIfCancellationRequested();
            number++;
            var cells = CsvRecord.Split(line, ",");
            yield return cells.Count == header.Count
                ? header.Zip(cells).ToDictionary(pair => pair.First, pair => pair.Second)
                : throw new InvalidInputException(string.Create(CultureInfo.InvariantCulture, $"{FullPath}, line {number}"), $"{cells.Count} cells", $"{header.Count}, as the header has");
        }
    }

    /// <summary>The cells of each line; lines are checked to have <paramref name="cellCount"/>.</summary>
    public IEnumerable<string[]> Lines(string delimiter, int cellCount, bool skipHeader, CancellationToken cancellation)
    {
        using var reader = Open();
        var number = 0;
        while (ReadLine(reader) is { } line)
        {
            cancellation.ThrowIfCancellationRequested();
            if (++number == 1 && skipHeader)
            {
                continue;
            }

            var cells = line.Split(delimiter);
            yield return cells.Length == cellCount
                ? cells
                : throw new InvalidInputException(string.Create(CultureInfo.InvariantCulture, $"{FullPath}, line {number}"), $"{cells.Length} cells", $"{cellCount}, separated by '{delimiter}'");
        }
    }

    private string? ReadLine(StreamReader reader)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidInputException($"{FullPath}: not readable as gzip: {fault.Message}", fault);
        }
    }
}
