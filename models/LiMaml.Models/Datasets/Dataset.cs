using System.Runtime.CompilerServices;
using LiMaml.Models.Schemas;

namespace LiMaml.Models.Datasets;

/// <summary>
/// A prepared dataset folder. Nothing in it is trusted: columns are checked when it is opened, values when they are read.
/// Safe to read from many threads; every enumeration opens its own files.
/// </summary>
public sealed class Dataset
{
    private readonly Dictionary<(string Task, Split Split), IReadOnlyList<PartFile>> partitions;

    private Dataset(string folder, DatasetSchema schema, Dictionary<(string Task, Split Split), IReadOnlyList<PartFile>> partitions)
    {
        Folder = folder;
        Schema = schema;
        this.partitions = partitions;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Its <c>schema.json</c>, checked.</summary>
    public DatasetSchema Schema { get; }

    /// <summary>Opens a dataset: reads the schema and every part's footer.</summary>
    /// <exception cref="InvalidInputException">The folder, its schema or a task definition's files are missing, or a part lacks a column or has one of the wrong type.</exception>
    public static Dataset Open(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new InvalidInputException(folder, "no folder", "a prepared dataset");
        }

        var schema = SchemaValidation.Read(Path.Combine(folder, DatasetLayout.SchemaFile));
        // On the thread pool, so that a caller's synchronisation context cannot wait for itself.
        var partitions = Task.Run(() => FindPartsAsync(folder, schema)).GetAwaiter().GetResult();
        return new Dataset(folder, schema, partitions);
    }

    /// <summary>Whether a partition has any row.</summary>
    /// <exception cref="InvalidInputException">There is no such task definition.</exception>
    public bool Has(string task, Split split) => CountRows(task, split) > 0;

    /// <summary>Number of rows of a partition, from the footers.</summary>
    /// <exception cref="InvalidInputException">There is no such task definition.</exception>
    public long CountRows(string task, Split split) => partitions[(Schema.Task(task).Name, split)].Sum(part => part.RowCount);

    /// <summary>Reads a partition in order, one Parquet row group at a time, each checked before it is handed out. No task is in two groups.</summary>
    /// <param name="task">Name of a task definition.</param>
    /// <param name="split">Which rows.</param>
    /// <param name="features">Features to read; null for all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InvalidInputException">No such task definition or feature, or a file, row group, row and column that is not what it must be.</exception>
    public async IAsyncEnumerable<RowGroup> ReadAsync(
        string task,
        Split split,
        IReadOnlyCollection<string>? features = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var parts = partitions[(Schema.Task(task).Name, split)];
        IReadOnlyList<Feature> wanted = features is null ? Schema.Features : [.. features.Distinct().Select(Schema.Feature)];
        string? previousKey = null;
        foreach (var part in parts)
        {
            await foreach (var (rows, where) in part.ReadAsync(Schema, wanted, cancellationToken).ConfigureAwait(false))
            {
                if (rows.RowCount == 0)
                {
                    continue;
                }

                RowGroupValidation.ValidateFollows(rows, previousKey, where);
                previousKey = rows.Keys[^1];
                yield return rows;
            }
        }
    }

    private static async Task<Dictionary<(string Task, Split Split), IReadOnlyList<PartFile>>> FindPartsAsync(string folder, DatasetSchema schema)
    {
        var partitions = new Dictionary<(string Task, Split Split), IReadOnlyList<PartFile>>();
        foreach (var task in schema.Tasks)
        {
            foreach (var split in Enum.GetValues<Split>())
            {
                var parts = new List<PartFile>();
                foreach (var path in FindParts(Path.Combine(folder, DatasetLayout.Partition(task.Name, split))))
                {
                    parts.Add(await PartFile.InspectAsync(path, schema, CancellationToken.None).ConfigureAwait(false));
                }

                partitions.Add((task.Name, split), parts);
            }

            Expect.That(
                Enum.GetValues<Split>().Any(split => partitions[(task.Name, split)].Count > 0),
                Path.Combine(folder, $"task={task.Name}"),
                "no Parquet files",
                "split=train, split=validation or split=test with part-*.parquet");
        }

        return partitions;
    }

    private static IEnumerable<string> FindParts(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.parquet").Order(StringComparer.Ordinal) : [];
}
