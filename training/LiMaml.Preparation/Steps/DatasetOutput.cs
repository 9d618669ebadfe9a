using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;
using LiMaml.Preparation.Engine;

namespace LiMaml.Preparation.Steps;

/// <summary>Streams the rows of each task definition, encoded and sorted, into a dataset.</summary>
internal sealed class DatasetOutput(Session session, RowPlan plan, DatasetSchema schema, CategoryEncoding encoding, DatasetWriter writer)
{
    /// <summary>Shares of unknown categories, over the first definition's rows.</summary>
    public UnknownShares Shares { get; } = new(schema);

    /// <param name="task">Index of the task definition.</param>
    /// <param name="key">Its key.</param>
    /// <param name="relation">The engine's relation of all rows.</param>
    /// <param name="written">Called with the number of rows written so far.</param>
    /// <param name="cancellation">Ends the writing.</param>
    public async Task WriteAsync(int task, KeySet key, string relation, Action<long> written, CancellationToken cancellation)
    {
        var batch = new RowBatch(schema, plan.Schema.EventId is not null);
        var current = Split.Train;
        var total = 0L;
        foreach (var row in session.Stream(Query(key, relation)))
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
    }

    private Task AppendAsync(int task, Split split, RowGroup rows, CancellationToken cancellation)
    {
        if (task == 0)
        {
            Shares.Add(split, rows);
        }

        return writer.AppendAsync(schema.Tasks[task].Name, split, rows, cancellation);
    }

    // Row numbers follow time, so (key, row) is (key, timestamp, row); key numbers follow keys.
    private string Query(KeySet key, string relation)
    {
        var weight = plan.Schema.Weight is null ? "CAST(1 AS FLOAT)" : "r.weight";
        var eventId = plan.Schema.EventId is null ? "" : ", r.event";
        var features = string.Concat(encoding.Columns.Concat(plan.Schema.History.Select((_, index) => "r." + HistoryFeatures.Name(index))).Select(column => ", " + column));
        return
            $"""
            SELECT r.split, {key.Table}.key, r.ts, r.label, {weight}, r.row{eventId}{features}
            FROM {relation} r JOIN {key.Table} ON {key.Table}.rowid = r.{key.Id}{encoding.Joins}
            WHERE r.{Splitting.Kept(key)}
            ORDER BY r.split, r.{key.Id}, r.row
            """;
    }
}
