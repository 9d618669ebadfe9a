using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Models.Snapshots;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Adaptation;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Scoring;

/// <summary>
/// Scores a split of a prepared dataset with a snapshot of meta embeddings. Both are sorted by key, so they are joined as
/// two streams: memory does not grow with either.
/// </summary>
public static class BatchScorer
{
    private const int PartRows = 65_536;

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
        var block = package.MetaBlock(options.Task ?? package.Manifest.Model.MetaBlocks[0].Task);
        using var scorer = Scorer.Open(package, options.Graphs);
        SchemaMatch.Check(dataset.Schema, package.Manifest.Schema, scorer.Features);
        var rows = new SplitRows(dataset, block.Task, [options.Split]);
        using var snapshot = await OpenSnapshotAsync(package, block, PathOf(options.Snapshot, block, read: block), cancellation);
        var others = await CounterpartJoin.OpenAsync(package, dataset, block, options, OpenSnapshotAsync, cancellation);
        await using var embeddings = new EmbeddingJoin(scorer.Unadapted(block.Task), snapshot, cancellation);
        await using var file = await ScoreFile.CreateAsync(output, package.Manifest.Model.Label is not LabelKind.Real, cancellation);
        var began = TimeProvider.System.GetTimestamp();
        await foreach (var group in rows.Read(scorer.Features, cancellation).Single().Ahead(cancellation))
        {
            foreach (var part in Parts(group))
            {
                cancellation.ThrowIfCancellationRequested();
                var (given, cold) = await embeddings.JoinAsync(part);
                var byTask = new Dictionary<string, ReadOnlyMemory<float>> { [block.Task] = given };
                others.AddTo(byTask, part, scorer);
                var scores = scorer.Score(part, [.. Enumerable.Range(0, part.RowCount)], byTask);
                await file.AppendAsync(new ScoredRows(part, scores, cold), cancellation);
                progress?.Report(new RowProgress(embeddings.RowCount, rows.RowCount, TimeProvider.System.GetElapsedTime(began)));
            }
        }

        await file.CompleteAsync();
        return embeddings.Report(TimeProvider.System.GetElapsedTime(began), scorer.Provider);
    }

    /// <summary>The snapshot of a definition: one in the folder, or the file itself, which is that of the definition whose rows are read.</summary>
    internal static string? PathOf(string? snapshot, MetaBlockSpec block, MetaBlockSpec read) =>
        Directory.Exists(snapshot) ? Path.Combine(snapshot, JointEmbedder.FileOf(block.Task)) : block == read ? snapshot : null;

    /// <summary>A row group as large as its only task is taken in parts.</summary>
    private static IEnumerable<RowGroup> Parts(RowGroup group) => group.RowCount <= PartRows
        ? [group]
        : Enumerable.Range(0, ((group.RowCount - 1) / PartRows) + 1)
            .Select(part => group.Slice(part * PartRows, Math.Min(PartRows, group.RowCount - (part * PartRows))));

    private static async Task<SnapshotReader?> OpenSnapshotAsync(ModelPackage package, MetaBlockSpec block, string? path, CancellationToken cancellation)
    {
        if (path is null)
        {
            return null;
        }

        var reader = await SnapshotReader.OpenAsync(path, cancellation);
        try
        {
            CheckSnapshot(reader.Info, package, block, $"snapshot {path}");
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    private static void CheckSnapshot(SnapshotInfo found, ModelPackage package, MetaBlockSpec block, string where)
    {
        if (found.BundleId != package.Manifest.BundleId)
        {
            throw new InvalidInputException(
                $"{where}, bundle id",
                found.BundleId,
                $"{package.Manifest.BundleId}, the bundle of package {package.Folder}: embeddings can only be scored by their own model; embed again with this one");
        }

        if (found.Task != block.Task || found.EmbeddingSize != block.EmbeddingSize)
        {
            throw new InvalidInputException(
                $"{where}, task definition", $"'{found.Task}' with {found.EmbeddingSize} numbers a task", $"'{block.Task}' with {block.EmbeddingSize}");
        }
    }
}
