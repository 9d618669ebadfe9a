using LiMaml.Models.Datasets;
using LiMaml.Models.Packages;
using LiMaml.Models.Snapshots;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Adaptation;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Scoring;

/// <summary>
/// Gives rows the meta embeddings of their tasks in a model's other definitions, or the unadapted ones of their own meta
/// features. These snapshots are kept in memory: their order is not that of the rows.
/// </summary>
internal sealed class CounterpartJoin
{
    private readonly IReadOnlyList<MetaBlockSpec> blocks;
    private readonly Counterparts counterparts;

    private CounterpartJoin(IReadOnlyList<MetaBlockSpec> blocks)
    {
        this.blocks = blocks;
        counterparts = new Counterparts(blocks.ToDictionary(block => block.Task, block => block.EmbeddingSize));
    }

    /// <summary>Reads the snapshots of all definitions but <paramref name="read"/>, and which rows of the split are whose.</summary>
    /// <param name="package">The model.</param>
    /// <param name="dataset">With every definition's copy of the rows.</param>
    /// <param name="read">The definition whose copy is scored.</param>
    /// <param name="options">Split and snapshots.</param>
    /// <param name="open">Opens and checks a snapshot.</param>
    /// <param name="cancellation">Ends reading.</param>
    /// <exception cref="Models.InvalidInputException">A snapshot is missing or another model's, or the dataset lacks a definition.</exception>
    public static async Task<CounterpartJoin> OpenAsync(
        ModelPackage package,
        Dataset dataset,
        MetaBlockSpec read,
        ScoreOptions options,
        Func<ModelPackage, MetaBlockSpec, string?, CancellationToken, Task<SnapshotReader?>> open,
        CancellationToken cancellation)
    {
        var join = new CounterpartJoin([.. package.OtherTasks(read.Task).Select(task => package.MetaBlock(task))]);
        foreach (var block in join.blocks)
        {
            using var snapshot = await open(package, block, BatchScorer.PathOf(options.Snapshot, block, read), cancellation);
            if (snapshot is not null)
            {
                await join.ReadAsync(block, snapshot, new SplitRows(dataset, block.Task, [options.Split]), cancellation);
            }
        }

        return join;
    }

    /// <summary>Adds the embeddings [rows, embedding] of each other definition.</summary>
    public void AddTo(Dictionary<string, ReadOnlyMemory<float>> embeddings, RowGroup rows, Scorer scorer)
    {
        foreach (var block in blocks)
        {
            var values = new float[rows.RowCount * block.EmbeddingSize];
            counterparts.Fill(block.Task, rows, [.. Enumerable.Range(0, rows.RowCount)], scorer.Unadapted(block.Task), values);
            embeddings[block.Task] = values;
        }
    }

    private async Task ReadAsync(MetaBlockSpec block, SnapshotReader snapshot, SplitRows rows, CancellationToken cancellation)
    {
        var table = counterparts.Of(block.Task)!;
        await foreach (var group in snapshot.ReadAsync(cancellation))
        {
            for (var task = 0; task < group.Keys.Length; task++)
            {
                table.Set(group.Keys[task], group.Embeddings.AsSpan(task * block.EmbeddingSize, block.EmbeddingSize));
            }
        }

        await table.MapAsync(rows, long.MaxValue, cancellation);
    }
}
