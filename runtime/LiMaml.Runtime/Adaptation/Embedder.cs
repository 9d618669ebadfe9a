using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Packages;
using LiMaml.Models.Snapshots;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Adaptation;

/// <summary>
/// Meta embedding generation (Algorithm 2b) for every task of a prepared dataset, as a stream: splits are merged by task,
/// tasks are adapted chunk by chunk, and a snapshot sorted by key is written. Memory does not grow with the dataset.
/// </summary>
public static class Embedder
{
    /// <summary>Writes the meta embedding of each task that has a row at or before the as-of time.</summary>
    /// <param name="package">The model.</param>
    /// <param name="dataset">Prepared under the model's schema.</param>
    /// <param name="snapshot">Parquet file to write; appears when complete, and not at all where this fails or is cancelled.</param>
    /// <param name="options">Which task definition, rows and time; the defaults where null.</param>
    /// <param name="progress">Told after each chunk.</param>
    /// <param name="cancellation">Ends the work and leaves nothing behind.</param>
    /// <exception cref="InvalidInputException">
    /// An option is out of range, the dataset does not fit the model, is unsorted or has no rows in the splits, or the snapshot exists.
    /// </exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static async Task<EmbedReport> RunAsync(
        ModelPackage package,
        Dataset dataset,
        string snapshot,
        EmbedOptions? options = null,
        IProgress<RowProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        options ??= new EmbedOptions();
        options.Validate();
        OutputFile.Check(snapshot, options.Overwrite);
        using var adapter = Adapter.Open(package, package.MetaBlock(options.Task).Task, options.Adapter);
        using var unadapted = UnadaptedEmbeddings.Open(package, adapter.Task, options.Adapter.Graphs);
        SchemaMatch.Check(dataset.Schema, package.Manifest.Schema, adapter.Features);
        var rows = new SplitRows(dataset, adapter.Task, options.Splits);
        var clock = TimeProvider.System;
        var began = clock.GetTimestamp();
        var asOf = options.AsOf is { } time ? EventTime.Microseconds(time) : await rows.NewestAsync(cancellation);
        var merge = new TaskMerge(adapter.SupportCapacity, asOf, options.ChunkRows);
        var totals = new Totals();
        var info = new SnapshotInfo(package.Manifest.BundleId, adapter.Task, adapter.EmbeddingSize, EventTime.Of(asOf), options.Generation);
        await using var writer = SnapshotWriter.Create(snapshot, info);
        await foreach (var chunk in merge.MergeAsync(rows.Read(adapter.Features, cancellation), cancellation).Ahead(cancellation))
        {
            var adapted = adapter.Adapt(chunk.Tasks, cancellation);
            var diverged = Divergence.Undo(chunk.Tasks, adapted, unadapted);
            await writer.AppendAsync(Rows(chunk.Tasks, adapted), cancellation);
            totals.Add(adapted, diverged, chunk.RowsRead);
            progress?.Report(new RowProgress(chunk.RowsRead, rows.RowCount, clock.GetElapsedTime(began)));
        }

        await writer.CompleteAsync(cancellation);
        return totals.Report(EventTime.Of(asOf), clock.GetElapsedTime(began), adapter.Provider);
    }

    private static SnapshotRows Rows(TaskRows chunk, AdaptedTasks adapted) => new(
        [.. chunk.Tasks.Select(task => chunk.Rows.Keys[task.Latest])],
        adapted.Embeddings,
        [.. chunk.Tasks.Select(task => chunk.Rows.Timestamps[task.Latest])],
        [.. chunk.Tasks.Select(task => task.Count)],
        adapted.LossBefore,
        adapted.LossAfter);

    private sealed class Totals
    {
        private long taskCount;
        private long rowCount;
        private long diverged;
        private double before;
        private double after;

        public void Add(AdaptedTasks adapted, int divergedCount, long rowsRead)
        {
            diverged += divergedCount;
            rowCount = rowsRead;
            taskCount += adapted.LossBefore.Length;
            before += adapted.LossBefore.Sum(loss => (double)loss);
            after += adapted.LossAfter.Sum(loss => (double)loss);
        }

        public EmbedReport Report(DateTimeOffset asOf, TimeSpan elapsed, ProviderChoice provider) =>
            new(taskCount, diverged, rowCount, asOf, before / Math.Max(1, taskCount), after / Math.Max(1, taskCount), elapsed, provider);
    }
}
