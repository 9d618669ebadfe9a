using LiMaml.Models.Network;
using LiMaml.Models.Network.Sequences;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using LiMaml.Training.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Outer;

/// <summary>
/// What the outer loop minimises (Algorithm 2a, lines 11–12): the query loss of every task under its own θ_metaᵢ and the
/// shared θ_global, as a mean over the batch's query samples, plus L2 on what was looked up and produced.
/// </summary>
/// <param name="network">Both blocks.</param>
/// <param name="embeddingL2">λ of λ |v|² for the learned vectors of a query row's categories.</param>
/// <param name="metaEmbeddingL2">λ of ½ λ |e|² for the adapted meta embedding of a query row.</param>
internal sealed class OuterObjective(Network<Tensor> network, double embeddingL2, double metaEmbeddingL2)
{
    /// <summary>LiMAML: adapts to the support sets, judges on the query sets. Vanilla training reads its history bags from the support alone. A scalar.</summary>
    public Tensor Loss(EpisodeBatch batch)
    {
        var block = network.MetaBlocks[batch.Task];
        var inner = network.Spec.Algorithm.HasInnerLoop ? network.Spec.InnerLoop : network.Spec.InnerLoop with { Steps = 0 };
        var loop = new InnerLoop<Tensor>(network, inner, batch.SupportLength);
        var support = Support(batch);
        return QueryLoss(block, loop.Adapt(block, loop.Layers(), support).Layers, batch.Query, support.Sequence);
    }

    /// <summary>Vanilla training: every row under θ. A scalar.</summary>
    public Tensor VanillaLoss(PaddedRows rows)
    {
        var block = network.MetaBlocks.Values.Single();
        var latest = rows.Meta.ToDictionary(entry => entry.Key, entry => entry.Value.squeeze(1));
        return QueryLoss(block, block.Bind(network.Layers((_, _) => true), latest), rows, null);
    }

    /// <summary>The support set of a batch as the inner loop takes it.</summary>
    public SupportSet<Tensor> Support(EpisodeBatch batch) => network.Encode(network.MetaBlocks[batch.Task], new(
        batch.Support.Meta, batch.Latest, batch.Support.Global, batch.Support.Labels, batch.Support.Weights, batch.Support.Others, batch.Support.Times));

    private Tensor QueryLoss(MetaBlock<Tensor> block, LayerSet<Tensor> layers, PaddedRows query, TaskSequence<Tensor>? sequence)
    {
        var lookups = new List<Tensor>();
        var rows = network.Global.Encode(query.Global, embeddingL2 > 0 ? lookups : null);
        var embedding = block.Forward(layers, block.Encode(query.Meta), sequence);
        var pass = network.Global.Forward(layers, rows, network.Global.Project(layers, rows), new Dictionary<string, Tensor>(query.Others) { [block.Spec.Task] = embedding });
        var loss = network.Loss.Value(pass.Logit, query.Labels);
        if (metaEmbeddingL2 > 0)
        {
            loss = network.Algebra.Add(loss, network.Algebra.Scale(embedding.square().sum(-1, keepdim: true), metaEmbeddingL2 / 2));
        }

        foreach (var vectors in lookups)
        {
            loss = network.Algebra.Add(loss, network.Algebra.Scale(vectors.square().sum(-1, keepdim: true), embeddingL2));
        }

        return loss.mul(query.Weights).sum().div(query.Weights.sum().clamp_min(Scalars.Of(1e-12)));
    }
}
