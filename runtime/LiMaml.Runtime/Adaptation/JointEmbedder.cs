using System.Runtime.CompilerServices;
using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Files;
using LiMaml.Models.Packages;
using LiMaml.Models.Snapshots;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Adaptation;

/// <summary>
/// Meta embedding generation (Algorithm 2b) for the tasks of several definitions at once: in each round the definitions adapt
/// one after the other, from the last of the model's to the first, each from its own starting point to the newest embeddings
/// of the others. Rows are streamed once for each definition and round; all tasks' embeddings are kept in memory.
/// </summary>
public sealed class JointEmbedder : IDisposable
{
    private readonly ModelPackage package;
    private readonly EmbedOptions options;
    private readonly IReadOnlyList<Adapter> adapters;
    private readonly IReadOnlyList<UnadaptedEmbeddings> unadapted;
    private readonly IReadOnlyList<SplitRows> rows;
    private readonly Counterparts counterparts;

    private JointEmbedder(ModelPackage package, Dataset dataset, EmbedOptions options)
    {
        this.package = package;
        this.options = options;
        var blocks = package.Manifest.Model.MetaBlocks;
        adapters = [.. blocks.Select(block => Adapter.Open(package, block.Task, options.Adapter))];
        unadapted = [.. blocks.Select(block => UnadaptedEmbeddings.Open(package, block.Task, options.Adapter.Graphs))];
        foreach (var adapter in adapters)
        {
            SchemaMatch.Check(dataset.Schema, package.Manifest.Schema, adapter.Features);
        }

        rows = [.. blocks.Select(block => new SplitRows(dataset, block.Task, options.Splits))];
        counterparts = new Counterparts(blocks.ToDictionary(block => block.Task, block => block.EmbeddingSize));
    }

    /// <summary>Name of the snapshot of a definition within the folder.</summary>
    public static string FileOf(string task) => $"{task}.parquet";

    /// <summary>Writes a folder with a snapshot for each task definition of the model, <see cref="FileOf"/>.</summary>
    /// <param name="package">The model.</param>
    /// <param name="dataset">Prepared under the model's schema, with all its task definitions.</param>
    /// <param name="folder">Appears when complete, and not at all where this fails or is cancelled.</param>
    /// <param name="options">Which rows and time; no task definition. The defaults where null.</param>
    /// <param name="progress">Told after each chunk; a unit is a row of one definition in one round.</param>
    /// <param name="cancellation">Ends the work and leaves nothing behind.</param>
    /// <returns>What was done for each definition, in the order of the model's meta blocks.</returns>
    /// <exception cref="InvalidInputException">
    /// An option is out of range, the dataset does not fit the model, is unsorted or has no rows in the splits, or the folder exists.
    /// </exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static async Task<IReadOnlyDictionary<string, EmbedReport>> RunAsync(
        ModelPackage package, Dataset dataset, string folder, EmbedOptions? options = null, IProgress<RowProgress>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new EmbedOptions();
        options.Validate();
        if (options.Task is not null)
        {
            throw new InvalidInputException(nameof(options.Task), $"'{options.Task}'", "none: a model of several task definitions embeds them together");
        }

        using var output = AtomicFolder.Create(folder, FileOf(package.Manifest.Model.MetaBlocks[0].Task), options.Overwrite);
        using var embedder = new JointEmbedder(package, dataset, options);
        var reports = await embedder.EmbedAsync(output.Partial, progress, cancellation);
        output.Complete();
        return reports;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        adapters.ToList().ForEach(adapter => adapter.Dispose());
        unadapted.ToList().ForEach(embeddings => embeddings.Dispose());
    }

    private async Task<IReadOnlyDictionary<string, EmbedReport>> EmbedAsync(string folder, IProgress<RowProgress>? progress, CancellationToken cancellation)
    {
        var rounds = package.Manifest.Model.Rounds ?? ModelSpec.DefaultRounds;
        var pace = new Pace(progress, rows.Sum(copy => copy.RowCount) * (rounds + 1));
        var asOf = options.AsOf is { } time ? EventTime.Microseconds(time) : await NewestAsync(cancellation);
        for (var index = 0; index < adapters.Count; index++)
        {
            await foreach (var (tasks, adapted) in AdaptAsync(index, asOf, null, pace, cancellation))
            {
                Start(index, tasks, adapted);
            }

            // Rows beyond a task's support capacity, too: they are in the support of other definitions' tasks.
            await counterparts.Of(adapters[index].Task)!.MapAsync(rows[index], asOf, cancellation);
        }

        var reports = new Dictionary<string, EmbedReport>();
        for (var round = 1; round <= rounds; round++)
        {
            for (var index = adapters.Count - 1; index >= 0; index--)
            {
                reports[adapters[index].Task] = await RoundAsync(index, asOf, round == rounds ? folder : null, pace, cancellation);
            }
        }

        return reports;
    }

    private async Task<long> NewestAsync(CancellationToken cancellation)
    {
        var newest = long.MinValue;
        foreach (var copy in rows)
        {
            newest = Math.Max(newest, await copy.NewestAsync(cancellation));
        }

        return newest;
    }

    private async Task<EmbedReport> RoundAsync(int index, long asOf, string? folder, Pace pace, CancellationToken cancellation)
    {
        var adapter = adapters[index];
        var began = TimeProvider.System.GetTimestamp();
        var totals = new EmbedTotals();
        await using var writer = folder is null ? null : SnapshotWriter.Create(
            Path.Combine(folder, FileOf(adapter.Task)),
            new SnapshotInfo(package.Manifest.BundleId, adapter.Task, adapter.EmbeddingSize, EventTime.Of(asOf), options.Generation));
        var table = counterparts.Of(adapter.Task)!;
        await foreach (var (tasks, adapted) in AdaptAsync(index, asOf, counterparts, pace, cancellation))
        {
            var diverged = Divergence.Undo(tasks.Tasks, adapted, unadapted[index]);
            for (var task = 0; task < tasks.Tasks.Tasks.Count; task++)
            {
                table.Set(tasks.Tasks.Rows.Keys[tasks.Tasks.Tasks[task].Latest], adapted.Embeddings.AsSpan(task * adapter.EmbeddingSize, adapter.EmbeddingSize));
            }

            totals.Add(adapted, diverged, tasks.RowsRead);
            if (writer is not null)
            {
                await writer.AppendAsync(Embedder.Rows(tasks.Tasks, adapted), cancellation);
            }
        }

        if (writer is not null)
        {
            await writer.CompleteAsync(cancellation);
        }

        return totals.Report(EventTime.Of(asOf), TimeProvider.System.GetElapsedTime(began), adapter.Provider);
    }

    private async IAsyncEnumerable<(MergedTasks Tasks, AdaptedTasks Adapted)> AdaptAsync(
        int index, long asOf, Counterparts? others, Pace pace, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var merge = new TaskMerge(adapters[index].SupportCapacity, asOf, options.ChunkRows);
        await foreach (var chunk in merge.MergeAsync(rows[index].Read(adapters[index].Features, cancellation), cancellation).Ahead(cancellation))
        {
            yield return (chunk, adapters[index].Adapt(chunk.Tasks, others, cancellation));
            pace.Report(chunk.RowsRead);
        }

        pace.EndPass();
    }

    /// <summary>Notes where the embeddings of some tasks start from.</summary>
    private void Start(int index, MergedTasks chunk, AdaptedTasks adapted)
    {
        var (table, size) = (counterparts.Of(adapters[index].Task)!, adapters[index].EmbeddingSize);
        for (var task = 0; task < chunk.Tasks.Tasks.Count; task++)
        {
            var range = chunk.Tasks.Tasks[task];
            table.Set(chunk.Tasks.Rows.Keys[range.Latest], adapted.Starts.AsSpan(task * size, size));
        }
    }

    /// <summary>Progress over several passes.</summary>
    private sealed class Pace(IProgress<RowProgress>? progress, long total)
    {
        private readonly long began = TimeProvider.System.GetTimestamp();
        private long done;
        private long inPass;

        public void Report(long rowsRead)
        {
            inPass = rowsRead;
            progress?.Report(new RowProgress(done + rowsRead, total, TimeProvider.System.GetElapsedTime(began)));
        }

        public void EndPass()
        {
            done += inPass;
            inPass = 0;
        }
    }
}
