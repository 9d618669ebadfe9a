using LiMaml.Models.Network;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using LiMaml.Training.Outer;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Evaluation;

/// <summary>Which meta embedding a row is scored with.</summary>
internal enum EmbeddingSource
{
    /// <summary>The adapted meta block on the row's own meta features (offline evaluation as in the paper).</summary>
    Row,

    /// <summary>One vector a task, from its most recent support sample, as production stores it (Algorithm 2b).</summary>
    Stored,
}

/// <summary>Scores query rows of episodes, with or without fine-tuning, without building a gradient.</summary>
/// <param name="network">Both blocks.</param>
/// <param name="fineTuning">Steps taken on the support; 0 steps is the model without fine-tuning.</param>
/// <param name="source">Which meta embedding enters the global block.</param>
/// <param name="aggregation">How a stored one is made of those of the support samples.</param>
internal sealed class Scorer(Network<Tensor> network, InnerLoopSpec fineTuning, EmbeddingSource source, EmbeddingAggregation aggregation = EmbeddingAggregation.Latest)
{
    /// <summary>The logit (or the prediction of a real label) of each query row, by row position.</summary>
    public IReadOnlyDictionary<int, float> Score(TaskData data, IReadOnlyList<Episode> episodes, CancellationToken cancellation = default)
    {
        var scores = new Dictionary<int, float>();
        foreach (var batch in EpisodeBatches.Of(episodes.Where(episode => episode.Query.Length > 0), fineTuning.Steps))
        {
            cancellation.ThrowIfCancellationRequested();
            ScoreBatch(data, batch, scores);
        }

        return scores;
    }

    private void ScoreBatch(TaskData data, IReadOnlyList<Episode> episodes, Dictionary<int, float> scores)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var batch = EpisodeBatch.Gather(data, episodes, supportWeight: fineTuning.Decay);
        using var logits = Logits(batch, [.. episodes.Select(episode => episode.Support.Length > 0)]).cpu().contiguous();
        var values = logits.data<float>().ToArray();
        var length = (int)logits.shape[1];
        for (var task = 0; task < episodes.Count; task++)
        {
            for (var index = 0; index < episodes[task].Query.Length; index++)
            {
                scores[episodes[task].Query[index]] = values[(task * length) + index];
            }
        }
    }

    private Tensor Logits(EpisodeBatch batch, bool[] hasSupport)
    {
        var block = network.MetaBlocks[batch.Task];
        var loop = new InnerLoop<Tensor>(network, fineTuning, batch.SupportLength);
        var support = new OuterObjective(network, 0, 0).Support(batch);
        var layers = loop.Adapt(block, loop.Layers(), support).Layers;
        var length = batch.Query.Labels.shape[1];
        var embedding = block.Forward(layers, block.Encode(batch.Query.Meta), support.Sequence).expand(-1, length, -1); // an ID row is one vector for all rows of a task
        if (source is EmbeddingSource.Stored)
        {
            // Nothing is stored for a task without support: each of its rows is served the embedding of its own meta features.
            var isStored = tensor(hasSupport, device: embedding.device).reshape(-1, 1, 1);
            embedding = where(isStored, Stored(block, layers, batch, support).unsqueeze(1).expand(-1, length, -1), embedding);
        }

        var rows = network.Global.Encode(batch.Query.Global);
        return network.Global.Forward(layers, rows, network.Global.Project(layers, rows), new Dictionary<string, Tensor>(batch.Query.Others) { [block.Spec.Task] = embedding }).Logit;
    }

    /// <summary>The vector that is stored for each task [tasks, embedding].</summary>
    private Tensor Stored(MetaBlock<Tensor> block, LayerSet<Tensor> layers, EpisodeBatch batch, SupportSet<Tensor> support)
    {
        var latest = network.Embed(block, layers, batch.Latest, support.Sequence);
        if (aggregation is EmbeddingAggregation.Latest)
        {
            return latest;
        }

        var isSample = batch.Support.Weights > 0;
        var samples = block.ForwardSupport(layers, block.EncodeSupport(support), support.Sequence).Embedding.expand(-1, batch.SupportLength, -1);
        return where(isSample.any(1), EmbeddingPooling.Pool(samples, isSample, latest, aggregation), latest);
    }
}
