using System.Text;
using System.Text.Json.Nodes;
using LiMaml.Models.Files;
using LiMaml.Models.Json;
using LiMaml.Models.Schemas;

namespace LiMaml.Models.Datasets;

/// <summary>
/// Writes a dataset folder: into <c>&lt;folder&gt;.partial</c>, renamed by <see cref="CompleteAsync"/>, deleted when disposed
/// before that. Holds about one row group a partition, or the largest task. Not safe for many threads.
/// </summary>
public sealed class DatasetWriter : IAsyncDisposable
{
    private readonly AtomicFolder folder;
    private readonly DatasetSchema schema;
    private readonly int rowGroupRows;
    private readonly Dictionary<(string Task, Split Split), PartitionWriter> partitions = [];
    private bool? hasEventIds;

    private DatasetWriter(AtomicFolder folder, DatasetSchema schema, int rowGroupRows)
    {
        this.folder = folder;
        this.schema = schema;
        this.rowGroupRows = rowGroupRows;
    }

    /// <summary>Starts a dataset.</summary>
    /// <param name="folder">Where it will be.</param>
    /// <param name="schema">Fitted.</param>
    /// <param name="overwrite">Whether a dataset that is there may be replaced; other folders never are.</param>
    /// <param name="rowGroupRows">Rows of a row group, unless one task has more; from 1 to 2²⁴.</param>
    /// <exception cref="InvalidInputException">The schema is inconsistent, or the folder may not be replaced.</exception>
    public static DatasetWriter Create(string folder, DatasetSchema schema, bool overwrite = false, int rowGroupRows = 65536)
    {
        SchemaValidation.Validate(schema, Path.Combine(folder, DatasetLayout.SchemaFile));
        Expect.InRange(rowGroupRows, 1, Columnar.ParquetFile.MaxRowGroupRows, "rows of a row group");
        return new DatasetWriter(AtomicFolder.Create(folder, DatasetLayout.SchemaFile, overwrite), schema, rowGroupRows);
    }

    /// <summary>Adds rows to a partition, after those added before: keys ascending, times and row numbers ascending within a task. A task may go on in the next call.</summary>
    /// <param name="task">Name of a task definition.</param>
    /// <param name="split">Which partition.</param>
    /// <param name="rows">Any number of rows, with a column for every feature; the writer keeps the arrays, do not change them.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <exception cref="InvalidInputException">A row is not what the schema says or out of order; the message names row and column.</exception>
    public async Task AppendAsync(string task, Split split, RowGroup rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var where = $"{folder.Target}, {DatasetLayout.Partition(schema.Task(task).Name, split)}: rows to write";
        foreach (var feature in schema.Features)
        {
            Expect.That(rows.Columns.ContainsKey(feature.Name), $"{where}: column '{feature.Name}'", "none", "a column for every feature of the schema");
        }

        if (rows.RowCount == 0)
        {
            return;
        }

        hasEventIds ??= rows.EventIds is not null;
        Expect.That(hasEventIds == rows.EventIds is not null, $"{where}: event ids", rows.EventIds is null ? "none" : "some", "event ids for all rows or for none");
        if (!partitions.TryGetValue((task, split), out var partition))
        {
            partition = new PartitionWriter(Path.Combine(folder.Partial, DatasetLayout.Partition(task, split)), schema, rowGroupRows);
            partitions.Add((task, split), partition);
        }

        await partition.AppendAsync(rows, where, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes what is left, the schema and the statistics, and puts the folder in its place.</summary>
    /// <param name="statisticsJson">A JSON object: what was read, kept, dropped and why.</param>
    /// <param name="cancellationToken">Ends the writing; nothing is left behind once disposed.</param>
    /// <exception cref="InvalidInputException">A task definition has no rows, the statistics are no JSON object, or the folder may not be replaced.</exception>
    public async Task CompleteAsync(string statisticsJson, CancellationToken cancellationToken = default)
    {
        var statistics = ContractJson.Parse<JsonObject>(Encoding.UTF8.GetBytes(statisticsJson), DatasetLayout.StatisticsFile);
        foreach (var task in schema.Tasks)
        {
            Expect.That(partitions.Keys.Any(partition => partition.Task == task.Name), $"{folder.Target}: task definition '{task.Name}'", "no rows", "at least one");
        }

        foreach (var partition in partitions.Values)
        {
            await partition.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }

        ContractJson.Write(Path.Combine(folder.Partial, DatasetLayout.StatisticsFile), statistics);
        ContractJson.Write(Path.Combine(folder.Partial, DatasetLayout.SchemaFile), schema);
        folder.Complete();
    }

    /// <summary>Closes the files; deletes them unless <see cref="CompleteAsync"/> was called.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            foreach (var partition in partitions.Values)
            {
                await partition.DisposeAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            folder.Dispose();
        }
    }
}
