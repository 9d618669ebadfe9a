using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Models.Snapshots;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Scoring;

/// <summary>
/// Scores a split of a prepared dataset with a snapshot of meta embeddings. Both are sorted by key, so they are joined as
/// two streams: memory does not grow with either.
/// </summary>
public static class BatchScorer
{
    /// <summary>
    /// Writes <c>key, timestamp, row, label, logit, probability, cold</c> for every row (<c>prediction</c> in place of
    /// logit and probability where labels are real), in the dataset's order.
    /// </summary>
    /// <param name="package">The model.</param>
    /// <param name="dataset">Prepared under the model's schema.</param>
    /// <param name="output">File to write, <c>.parquet</c> or <c>.csv</c>; appears when complete, and not at all where this fails or is cancelled.</param>
    /// <param name="options">Which rows, with which snapshot; the defaults where null.</param>
    /// <param name="progress">Told after each row group.</param>
    /// <param name="cancellation">Ends the work and leaves nothing behind.</param>
    /// <exception cref="InvalidInputException">
    /// An option is out of range, the snapshot is another bundle's or task definition's, the dataset does not fit the model,
    /// is unsorted or has no rows in the split, or the output exists.
    /// </exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static async Task<ScoreReport> RunAsync(
        ModelPackage package,
        Dataset dataset,
        string output,
        ScoreOptions? options = null,
        IProgress<RowProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        options ??= new ScoreOptions();
        ScoreFile.CheckFormat(output);
        OutputFile.Check(output, options.Overwrite);
        var task = package.MetaBlock(options.Task).Task;
        using var scorer = Scorer.Open(package, options.Graphs);
        SchemaMatch.Check(dataset.Schema, package.Manifest.Schema, scorer.Features);
        var rows = new SplitRows(dataset, task, [options.Split]);
        using var snapshot = await OpenSnapshotAsync(package, task, options.Snapshot, cancellation);
        await using var embeddings = new EmbeddingJoin(scorer.Unadapted(task), snapshot, cancellation);
        await using var file = await ScoreFile.CreateAsync(output, package.Manifest.Model.Label == LabelKind.Binary, cancellation);
        var began = TimeProvider.System.GetTimestamp();
        await foreach (var group in rows.Read(scorer.Features, cancellation).Single().Ahead(cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            var (given, cold) = await embeddings.JoinAsync(group);
            var by = new Dictionary<string, ReadOnlyMemory<float>> { [task] = given };
            var scores = scorer.Score(group, [.. Enumerable.Range(0, group.RowCount)], by);
            await file.AppendAsync(new ScoredRows(group, scores, cold), cancellation);
            progress?.Report(new RowProgress(embeddings.RowCount, rows.RowCount, TimeProvider.System.GetElapsedTime(began)));
        }

        await file.CompleteAsync();
        return embeddings.Report(TimeProvider.System.GetElapsedTime(began));
    }

    private static async Task<SnapshotReader?> OpenSnapshotAsync(ModelPackage package, string task, string? path, CancellationToken cancellation)
    {
        if (path is null)
        {
            return null;
        }

        var reader = await SnapshotReader.OpenAsync(path, cancellation);
        var (bundle, expected) = (reader.Info.BundleId, package.Manifest.BundleId);
        if (bundle == expected && reader.Info.Task == task)
        {
            return reader;
        }

        reader.Dispose();
        throw bundle == expected
            ? new InvalidInputException($"snapshot {path}, task definition", $"'{reader.Info.Task}'", $"'{task}'")
            : new InvalidInputException(
                $"snapshot {path}, bundle id", bundle, $"{expected}, the bundle of package {package.Folder}: embeddings can only be scored by their own model; embed again with this one");
    }
}
