using System.IO.Compression;
using System.Text;
using LiMaml.Models;

namespace LiMaml.Preparation.Reading;

/// <summary>The first record of a CSV file.</summary>
internal static class CsvHeader
{
    private const int LongestHeader = 1 << 20;

    /// <summary>The cells of the first record, unquoted; a byte order mark is skipped.</summary>
    /// <exception cref="InvalidInputException">The file is empty or its first record does not end.</exception>
    public static IReadOnlyList<string> Read(string path, string delimiter)
    {
        using var file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var record = ReadRecord(reader, path);
        if (record.Length == 0)
        {
            throw new InvalidInputException(path, "an empty file", "a CSV file with a header line");
        }

        return CsvRecord.Split(record, delimiter);
    }

    private static string ReadRecord(StreamReader reader, string path)
    {
        var record = new StringBuilder();
        var quoted = false;
        try
        {
            for (var character = reader.Read(); character >= 0 && (quoted || character is not ('\n' or '\r')); character = reader.Read())
            {
                quoted ^= character == '"';
                record.Append((char)character);
                if (record.Length > LongestHeader)
                {
                    throw new InvalidInputException(path, $"a header of more than {LongestHeader} characters", "a CSV file with a header line");
                }
            }
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidInputException($"{path}: not readable as gzip: {fault.Message}", fault);
        }

        return record.ToString();
    }
}
