using LiMaml.Models;
using LiMaml.Preparation.Engine;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation.Reading;

/// <summary>Raw data that has been found and whose columns are known; rows keep the order of the files (by path) and within them.</summary>
internal sealed class RawTable
{
    public const string FileNameColumn = "limaml_file_name";

    private readonly Func<bool, string> relation;

    private RawTable(string where, IReadOnlyList<string> files, IReadOnlyList<RawColumn> columns, Func<bool, string> relation)
    {
        Where = where;
        Files = files;
        Columns = columns;
        this.relation = relation;
    }

    /// <summary>How messages name it: the path that the user gave.</summary>
    public string Where { get; }

    public IReadOnlyList<string> Files { get; }

    public IReadOnlyList<RawColumn> Columns { get; }

    /// <summary>What stands behind FROM.</summary>
    public string Relation => relation(false);

    /// <summary>The same with one more column, <see cref="FileNameColumn"/>.</summary>
    public string RelationWithFileNames => relation(true);

    /// <exception cref="InvalidInputException">There is nothing there, or it is not what the schema says.</exception>
    public static RawTable Open(Session session, SourceFile source, string baseFolder)
    {
        var files = FindFiles(source, Path.Combine(baseFolder, source.Path));
        return IsParquet(source, files[0]) ? OpenParquet(session, source, baseFolder, files) : OpenCsv(source, files);
    }

    /// <summary>The column called <paramref name="name"/>.</summary>
    /// <exception cref="InvalidInputException">There is none; the message lists those there are.</exception>
    public RawColumn Column(string name, string usedBy) =>
        Columns.FirstOrDefault(column => column.Name == name)
        ?? throw new InvalidInputException($"{usedBy}: column of {Where}", $"'{name}'", $"one of {string.Join(", ", Columns.Select(column => column.Name))}");

    private static bool IsParquet(SourceFile source, string file) =>
        source.Format is { } format ? format == SourceFormat.Parquet : file.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);

    private static List<string> FindFiles(SourceFile source, string path)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        if (!Directory.Exists(path))
        {
            throw new InvalidInputException(path, "nothing", "a file or folder");
        }

        var files = Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(path, file).Split(Path.DirectorySeparatorChar).Any(part => part[0] is '_' or '.'))
            .Order(StringComparer.Ordinal)
            .ToList();
        var isParquet = source.Format == SourceFormat.Parquet || (source.Format is null && files.Exists(file => IsParquet(source, file)));
        if (source.Format is null && isParquet)
        {
            files.RemoveAll(file => !IsParquet(source, file));
        }

        return files.Count > 0 ? files : throw new InvalidInputException(path, "an empty folder", "Parquet or CSV files, also in folders name=value");
    }

    private static RawTable OpenParquet(Session session, SourceFile source, string baseFolder, List<string> files)
    {
        var isFolder = !File.Exists(Path.Combine(baseFolder, source.Path));
        var options = isFolder ? ", union_by_name = true, hive_partitioning = true, hive_types_autocast = false" : "";
        string Relation(bool withNames) => $"read_parquet({Sql.Files(files)}{options}{(withNames ? ", filename = '" + FileNameColumn + "'" : "")})";
        var columns = new List<RawColumn>();
        try
        {
            session.Read($"DESCRIBE SELECT * FROM {Relation(false)}", row => columns.Add(new RawColumn(row.GetString(0), row.GetString(1))));
        }
        catch (DuckDB.NET.Data.DuckDBException fault)
        {
            throw Unreadable(source.Path, fault);
        }

        return new RawTable(source.Path, files, columns, Relation);
    }

    private static RawTable OpenCsv(SourceFile source, List<string> files)
    {
        var names = source.Columns ?? CsvHeader.Read(files[0], source.Delimiter);
        Check(source.Path, names);
        foreach (var file in source.Header ? files.Skip(1) : [])
        {
            if (!CsvHeader.Read(file, source.Delimiter).SequenceEqual(names))
            {
                throw new InvalidInputException($"{file}: header", "other columns", $"those of {files[0]}: {string.Join(", ", names)}");
            }
        }

        // Nothing is guessed: a sniffed type or skipped line would depend on what the first rows happen to hold.
        var columns = string.Join(", ", names.Select(name => $"{Sql.Text(name)}: 'VARCHAR'"));
        var options = $"auto_detect = false, header = {(source.Header ? "true" : "false")}, delim = {Sql.Text(source.Delimiter)}, quote = '\"', escape = '\"', columns = {{{columns}}}";
        string Relation(bool withNames) => $"read_csv({Sql.Files(files)}, {options}{(withNames ? ", filename = '" + FileNameColumn + "'" : "")})";
        return new RawTable(source.Path, files, [.. names.Select(name => new RawColumn(name, "VARCHAR"))], Relation);
    }

    private static void Check(string where, IReadOnlyList<string> names)
    {
        var twice = names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null || names.Contains(""))
        {
            throw new InvalidInputException($"{where}: header", twice is null ? "a column without a name" : $"'{twice.Key}' more than once", "distinct names, whatever their case");
        }
    }

    /// <summary>The engine's message, without the pages of settings that follow its first lines.</summary>
    public static InvalidInputException Unreadable(string where, DuckDB.NET.Data.DuckDBException fault)
    {
        var lines = fault.Message.Split('\n').TakeWhile(line => !line.StartsWith("Possible fixes", StringComparison.Ordinal)).Take(4);
        return new InvalidInputException($"{where}: not readable: {string.Join("; ", lines).Trim()}", fault);
    }
}
