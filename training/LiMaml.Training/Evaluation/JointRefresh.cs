using LiMaml.Models.Network;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using LiMaml.Training.Outer;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Evaluation;

/// <summary>
/// Algorithm 2b for several task definitions: in each round the definitions adapt one after the other, from the last to the
/// first, each from its own starting point to the newest meta embeddings of the others.
/// </summary>
/// <param name="network">Both kinds of blocks.</param>
/// <param name="fineTuning">Steps of each adaptation.</param>
/// <param name="rounds">At least 1.</param>
internal sealed class JointRefresh(Network<Tensor> network, InnerLoopSpec fineTuning, int rounds)
{
    /// <summary>Sets the meta embeddings that rows meet.</summary>
    /// <param name="data">All definitions.</param>
    /// <param name="supports">For each definition its tasks' support; tasks that are not among them keep zeros.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <returns>The embeddings of each definition [tasks, embedding]; the caller disposes them.</returns>
    public IReadOnlyList<Tensor> Run(JointData data, IReadOnlyList<IReadOnlyList<Episode>> supports, CancellationToken cancellation = default)
    {
        var tables = Start(data, supports, cancellation);
        for (var round = 0; round < rounds; round++)
        {
            Round(data, supports, tables, cancellation);
        }

        return tables;
    }

    /// <summary>Sets what every task starts from; arguments and result as of <see cref="Run"/>.</summary>
    public IReadOnlyList<Tensor> Start(JointData data, IReadOnlyList<IReadOnlyList<Episode>> supports, CancellationToken cancellation) =>
        [.. data.Definitions.Select((_, index) => Adapt(data, index, supports[index], fineTuning with { Steps = 0 }, null, cancellation))];

    /// <summary>One round: writes over <paramref name="tables"/>, which are those that rows meet.</summary>
    public void Round(JointData data, IReadOnlyList<IReadOnlyList<Episode>> supports, IReadOnlyList<Tensor> tables, CancellationToken cancellation)
    {
        for (var index = data.Definitions.Count - 1; index >= 0 && fineTuning.Steps > 0; index--)
        {
            Adapt(data, index, supports[index], fineTuning, tables[index], cancellation);
        }
    }

    /// <summary>Adapts the tasks of one definition to what the others have now, and sets theirs.</summary>
    /// <param name="data">All definitions.</param>
    /// <param name="definition">Its place.</param>
    /// <param name="episodes">Of its tasks.</param>
    /// <param name="loop">The steps.</param>
    /// <param name="before">Its table so far, which is written over; null for zeros.</param>
    /// <param name="cancellation">Stops between batches.</param>
    public Tensor Adapt(JointData data, int definition, IReadOnlyList<Episode> episodes, InnerLoopSpec loop, Tensor? before, CancellationToken cancellation)
    {
        using var _ = no_grad();
        var own = data.Definitions[definition];
        var block = network.MetaBlocks[own.Task];
        var table = before ?? zeros(own.Keys.Count, block.Spec.EmbeddingSize, device: own.Labels.device).DetachFromDisposeScope();
        foreach (var batch in EpisodeBatches.Of(episodes.Where(episode => episode.Support.Length + episode.Query.Length > 0), loop.Steps))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var numbers = tensor([.. batch.Select(episode => (long)episode.Task)], device: own.Labels.device);
            table.index_copy_(0, numbers, Embed(own, block, batch, loop.For(block.Spec)));
        }

        data.SetEmbeddings(own.Task, table);
        return table;
    }

    private Tensor Embed(TaskData own, MetaBlock<Tensor> block, IReadOnlyList<Episode> episodes, InnerLoopSpec loop)
    {
        // Of the query only the first row's meta features are read, and only where a task has no support.
        var batch = EpisodeBatch.Gather(own, [.. episodes.Select(episode => episode with { Query = episode.Query.Length > 0 ? [episode.Query[0]] : [] })], supportWeight: loop.Decay);
        var inner = new InnerLoop<Tensor>(network, loop, batch.SupportLength);
        var support = new OuterObjective(network, 0, 0).Support(batch);
        return network.Embed(block, inner.Adapt(block, inner.Layers(), support).Layers, batch.Latest, support.Sequence);
    }
}
