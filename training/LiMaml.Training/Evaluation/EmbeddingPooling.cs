using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Evaluation;

/// <summary>How one stored meta embedding is made of those of a task's support samples (paper A.4, Table 14).</summary>
public enum EmbeddingAggregation
{
    /// <summary>That of the most recent sample (Algorithm 2b).</summary>
    Latest,

    /// <summary>The largest of each component.</summary>
    Max,

    /// <summary>The mean.</summary>
    Mean,

    /// <summary>The mean, each sample weighted by its embedding's cosine similarity to the latest one's.</summary>
    Cosine,
}

/// <summary>The aggregations on tensors.</summary>
internal static class EmbeddingPooling
{
    private const double LeastNorm = 1e-12;

    /// <summary>Pools the embeddings of support samples.</summary>
    /// <param name="samples">[tasks, support, embedding].</param>
    /// <param name="isSample">bool [tasks, support, 1]: false pads; at least one sample for each task that matters.</param>
    /// <param name="latest">[tasks, embedding], the most recent sample's.</param>
    /// <param name="aggregation">How.</param>
    /// <returns>[tasks, embedding].</returns>
    public static Tensor Pool(Tensor samples, Tensor isSample, Tensor latest, EmbeddingAggregation aggregation) => aggregation switch
    {
        EmbeddingAggregation.Latest => latest,
        EmbeddingAggregation.Max => samples.masked_fill(isSample.logical_not(), float.NegativeInfinity).amax([1]),
        EmbeddingAggregation.Mean => WeightedMean(samples, isSample.to_type(samples.dtype)),
        _ => WeightedMean(samples, Cosine(samples, latest.unsqueeze(1)) * isSample.to_type(samples.dtype)),
    };

    private static Tensor Cosine(Tensor samples, Tensor latest)
    {
        var norms = samples.norm(2, true, 2) * latest.norm(2, true, 2);
        return (samples * latest).sum(2, keepdim: true) / norms.clamp_min(LeastNorm);
    }

    // Cosines may be negative, and their sum near zero: by the sum of their sizes the mean stays within the embeddings' range.
    private static Tensor WeightedMean(Tensor samples, Tensor weights) => (samples * weights).sum(1) / weights.abs().sum(1).clamp_min(LeastNorm);
}
