using System.Diagnostics;
using System.Text;
using LiMaml.Models.Datasets;
using LiMaml.Models.Files;
using LiMaml.Models.Json;
using LiMaml.Models.Schemas;
using LiMaml.Preparation.Engine;
using LiMaml.Preparation.Reading;
using LiMaml.Preparation.Schemas;
using LiMaml.Preparation.Statistics;
using LiMaml.Preparation.Steps;

namespace LiMaml.Preparation;

/// <summary>The stages of <see cref="Preparer"/>, in order.</summary>
internal sealed class PreparationRun
{
    // Both tables are in row order: they stand side by side without a join.
    private const string AllRows = "(SELECT * FROM rows POSITIONAL JOIN derived)";

    private readonly Stopwatch watch = Stopwatch.StartNew();
    private readonly PrepareOptions options;
    private readonly Session session;
    private readonly RowPlan plan;
    private readonly StageReport report;
    private readonly IReadOnlyList<KeySet> keys;

    private PreparationRun(PrepareOptions options, Session session, RowPlan plan, StageReport report)
    {
        this.options = options;
        this.session = session;
        this.plan = plan;
        this.report = report;
        keys = KeySet.Distinct([.. plan.TaskKeys, .. plan.HistoryKeys]);
    }

    public static async Task<PrepareStatistics> RunAsync(PrepareOptions options, IProgress<PrepareProgress>? progress, CancellationToken cancellation)
    {
        var output = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.OutputFolder));
        AtomicFolder.Create(output, "schema.json", options.Overwrite).Dispose(); // refuse before the work, not after it
        var temp = Path.Combine(options.TempFolder ?? Path.GetDirectoryName(output)!, Path.GetFileName(output) + ".work");
        using var session = Session.Open(temp, options.MemoryLimit, options.Threads, cancellation);
        var interactions = RawTable.Open(session, options.Schema.Interactions, options.BaseFolder);
        var tables = options.Schema.Tables.Select(table => RawTable.Open(session, table.File, options.BaseFolder)).ToList();
        var preparation = new PreparationRun(options, session, new RowPlan(options.Schema, interactions, tables), new StageReport(progress, 6 + options.Schema.Tasks.Count));
        return await preparation.RunAsync(output, cancellation).ConfigureAwait(false);
    }

    private async Task<PrepareStatistics> RunAsync(string output, CancellationToken cancellation)
    {
        report.Next("reading");
        var readCount = CellReader.Load(session, plan.Interactions, "interactions", plan.InteractionCells);
        foreach (var table in plan.Tables)
        {
            CellReader.Load(session, table.Raw, table.Name, [.. table.Cells]);
        }

        report.Next("ordering by time");
        var duplicateCount = Joining.Run(session, plan);
        report.Next("dividing");
        Derive();
        report.Next("fitting on training rows");
        Splitting.RefuseUnusable(session, AllRows, options.Schema);
        var schema = new Fitting(session, plan, AllRows).Fit();
        var splits = StatisticsQueries.Splits(session, AllRows);
        var tasks = options.Schema.Tasks.Select((task, index) => StatisticsQueries.Task(session, AllRows, task.Name, TaskKey(index))).ToList();

        await using var writer = DatasetWriter.Create(output, schema, options.Overwrite);
        report.Next("encoding");
        var dataset = new DatasetOutput(session, plan, schema, writer);
        dataset.Encode(AllRows, TaskKeys());
        for (var task = 0; task < tasks.Count; task++)
        {
            var total = tasks[task].Splits.Values.Sum(split => split.RowCount);
            report.Next($"writing task '{tasks[task].Name}'", total);
            await dataset.WriteAsync(task, TaskKey(task), report.Rows, cancellation).ConfigureAwait(false);
        }

        var statistics = new PrepareStatistics
        {
            Name = schema.Name,
            ReadRowCount = readCount,
            DuplicateRowCount = duplicateCount,
            Splits = splits,
            Tasks = tasks,
            Categories = dataset.Shares.Categories(),
            Seconds = Math.Round(watch.Elapsed.TotalSeconds, 1),
        };
        await writer.CompleteAsync(Encoding.UTF8.GetString(ContractJson.Serialize(statistics)), cancellation).ConfigureAwait(false);
        return statistics;
    }

    private KeySet TaskKey(int task) => keys.First(set => set.Columns.SequenceEqual(plan.TaskKeys[task]));

    private IReadOnlyList<KeySet> TaskKeys() => [.. Enumerable.Range(0, plan.TaskKeys.Count).Select(TaskKey).Distinct()];

    // From rows to derived: row, split, key numbers, kept flags and history features, in row order.
    private void Derive()
    {
        KeySet.Number(session, keys);
        var moments = new Moments(session);
        var maybeNew = options.Schema.Tasks.ToList().FindIndex(task => task.Name == options.Schema.Split.NewTasksOf);
        Splitting.Divide(moments, options.Schema.Split, TaskKey(0), TaskKey(Math.Max(0, maybeNew)));
        report.Next("counting what came before");
        var historyKeys = plan.HistoryKeys.Select(columns => keys.First(set => set.Columns.SequenceEqual(columns))).ToList();
        var joins = HistoryFeatures.Compute(session, plan, moments, historyKeys);
        string[] columns =
        [
            "m.row", "split",
            .. TaskKeys().SelectMany(key => new[] { key.Id, $"{Splitting.Cap(moments, key, options.Schema.MaxSamplesPerTask)} AS {Splitting.Kept(key)}" }),
            .. historyKeys.Select((_, index) => HistoryFeatures.Name(index)),
        ];
        session.ExecuteInOrder($"CREATE TABLE derived AS SELECT {string.Join(", ", columns)} FROM {moments.Table} m{joins} ORDER BY m.row");
        session.Drop(moments.Table);
    }
}
