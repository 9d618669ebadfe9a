using Parquet;
using Parquet.Schema;

namespace LiMaml.Runtime.Tests.Samples;

/// <summary>A file of scores, read back with nothing but its format's own rules.</summary>
internal sealed record ScoreTable(string[] Columns, List<string[]> Rows)
{
    public static ScoreTable Csv(string path)
    {
        var lines = File.ReadAllLines(path);
        return new ScoreTable(lines[0].Split(','), [.. lines.Skip(1).Select(Split)]);
    }

    public static async Task<ScoreTable> ParquetAsync(string path)
    {
        await using var reader = await ParquetReader.CreateAsync(path);
        var fields = reader.Schema.GetDataFields();
        var rows = new List<string[]>();
        for (var index = 0; index < reader.RowGroupCount; index++)
        {
            using var group = reader.OpenRowGroupReader(index);
            var columns = new List<string[]>();
            foreach (var field in fields)
            {
                columns.Add(await ColumnAsync(group, field));
            }

            rows.AddRange(Enumerable.Range(0, (int)group.RowCount).Select(row => columns.Select(column => column[row]).ToArray()));
        }

        return new ScoreTable([.. fields.Select(field => field.Name)], rows);
    }

    public string[] this[string column] => [.. Rows.Select(row => row[Array.IndexOf(Columns, column)])];

    private static async Task<string[]> ColumnAsync(ParquetRowGroupReader group, DataField field) => field.Name switch
    {
        "key" => [.. (await ReadAsync<ReadOnlyMemory<char>>(group, field)).Select(text => text.ToString())],
        "timestamp" => [.. (await ReadAsync<DateTime>(group, field)).Select(time => time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'"))],
        "row" => [.. (await ReadAsync<long>(group, field)).Select(number => $"{number}")],
        "cold" => [.. (await ReadAsync<bool>(group, field)).Select(flag => flag ? "true" : "false")],
        _ => [.. (await ReadAsync<float>(group, field)).Select(number => $"{number}")],
    };

    private static async Task<T[]> ReadAsync<T>(ParquetRowGroupReader group, DataField field)
        where T : struct
    {
        var values = new T[group.RowCount];
        await group.ReadRawAsync<T>(field, values, null, null, CancellationToken.None);
        return values;
    }

    /// <summary>The fields of a line; only the first may be quoted.</summary>
    private static string[] Split(string line)
    {
        if (!line.StartsWith('"'))
        {
            return line.Split(',');
        }

        var end = line.LastIndexOf('"');
        return [line[1..end].Replace("\"\"", "\""), .. line[(end + 2)..].Split(',')];
    }
}
