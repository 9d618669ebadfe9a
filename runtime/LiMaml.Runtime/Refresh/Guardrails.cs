using LiMaml.Runtime.Embeddings;

namespace LiMaml.Runtime.Refresh;

/// <summary>Judges adapted embeddings.</summary>
/// <param name="options">Limits.</param>
internal sealed class Guardrails(GuardrailOptions options)
{
    // A loss that is all rounding may double.
    private const double SmallestLoss = 1e-6;

    /// <summary>Why an embedding must not be used; null where it may.</summary>
    /// <param name="embedding">float32 [embedding].</param>
    /// <param name="lossBefore">On the support, under θ_meta.</param>
    /// <param name="lossAfter">On the support, under the embedding.</param>
    /// <param name="previous">The task's current embedding of the same bundle; null where there is none.</param>
    public GuardrailReason? Judge(ReadOnlySpan<float> embedding, float lossBefore, float lossAfter, StoredEmbedding? previous)
    {
        if (!EmbeddingChecks.IsFinite(embedding) || !float.IsFinite(lossBefore) || !float.IsFinite(lossAfter))
        {
            return GuardrailReason.NotFinite;
        }

        if (Norm(embedding) > options.MaxNorm)
        {
            return GuardrailReason.NormTooLarge;
        }

        if (lossAfter - lossBefore > (options.LossTolerance * Math.Abs(lossBefore)) + SmallestLoss)
        {
            return GuardrailReason.LossNotImproved;
        }

        return previous is not null && Distance(embedding, previous.Vector.Span) > options.MaxJump * Math.Max(1, Norm(previous.Vector.Span))
            ? GuardrailReason.JumpTooLarge
            : null;
    }

    private static double Norm(ReadOnlySpan<float> vector)
    {
        var sum = 0.0;
        foreach (var value in vector)
        {
            sum += (double)value * value;
        }

        return Math.Sqrt(sum);
    }

    private static double Distance(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var sum = 0.0;
        for (var index = 0; index < left.Length; index++)
        {
            var difference = (double)left[index] - right[index];
            sum += difference * difference;
        }

        return Math.Sqrt(sum);
    }
}
