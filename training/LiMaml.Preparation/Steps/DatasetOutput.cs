using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;
using LiMaml.Preparation.Engine;

namespace LiMaml.Preparation.Steps;

/// <summary>
/// Streams the rows of each task definition, encoded and sorted, into a dataset. Encoding, sorting and reading are statements of
/// their own: together they would not stay within the engine's memory.
/// </summary>
internal sealed class DatasetOutput(Session session, RowPlan plan, DatasetSchema schema, DatasetWriter writer)
{
    private readonly string eventId = plan.Schema.EventId is null ? "" : ", event";
    private readonly string history = string.Concat(plan.Schema.History.Select((_, index) => $", {HistoryFeatures.Name(index)}"));

    /// <summary>Shares of unknown categories, over the first definition's rows.</summary>
    public UnknownShares Shares { get; } = new(schema);

    /// <summary>Replaces <c>rows</c> and <c>derived</c> by <c>encoded</c>: numbers instead of texts.</summary>
    /// <param name="relation">Both, side by side.</param>
    /// <param name="keys">The keys of the task definitions.</param>
    public void Encode(string relation, IEnumerable<KeySet> keys)
    {
        var encoding = new CategoryEncoding(session, plan, schema);
        var weight = plan.Schema.Weight is null ? "CAST(1 AS FLOAT) AS weight" : "weight";
        var ids = string.Concat(keys.Select(key => $", {key.Id}, {Splitting.Kept(key)}"));
        var columns = string.Concat(encoding.Columns.Select(column => ", " + column));
        session.Execute($"CREATE TABLE encoded AS SELECT split, ts, label, {weight}, r.row{eventId}{ids}{columns}{history} FROM {relation} r{encoding.Joins}");
        session.Drop("rows");
        session.Drop("derived");
    }

    /// <param name="task">Index of the task definition.</param>
    /// <param name="key">Its key.</param>
    /// <param name="written">Called with the number of rows written so far.</param>
    /// <param name="cancellation">Ends the writing.</param>
    public async Task WriteAsync(int task, KeySet key, Action<long> written, CancellationToken cancellation)
    {
        Sort(key);
        var batch = new RowBatch(schema, plan.Schema.EventId is not null);
        var current = Split.Train;
        var total = 0L;
        foreach (var row in session.StreamInOrder("SELECT * FROM sorted"))
        {
            var split = (Split)row.GetByte(0);
            if (batch.Count == RowBatch.Capacity || (split != current && batch.Count > 0))
            {
                total += batch.Count;
                await AppendAsync(task, current, batch.Take(), cancellation).ConfigureAwait(false);
                written(total);
            }

            current = split;
            batch.Add(row);
        }

        if (batch.Count > 0)
        {
            await AppendAsync(task, current, batch.Take(), cancellation).ConfigureAwait(false);
        }

        session.Drop("sorted");
    }

    // Row numbers follow time, so (key, row) is (key, timestamp, row); key numbers follow keys.
    private void Sort(KeySet key)
    {
        var features = string.Concat(plan.Features.Select(feature => ", " + feature.Target));
        session.ExecuteInOrder(
            $"""
            CREATE TABLE sorted AS
            SELECT split, key, ts, label, weight, row{eventId}{features}{history}
            FROM encoded JOIN {key.Table} ON {key.Table}.rowid = {key.Id}
            WHERE {Splitting.Kept(key)}
            ORDER BY split, {key.Id}, row
            """);
    }

    private Task AppendAsync(int task, Split split, RowGroup rows, CancellationToken cancellation)
    {
        if (task == 0)
        {
            Shares.Add(split, rows);
        }

        return writer.AppendAsync(schema.Tasks[task].Name, split, rows, cancellation);
    }
}
