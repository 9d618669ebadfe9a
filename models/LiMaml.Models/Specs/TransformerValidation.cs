using LiMaml.Models.Schemas;

namespace LiMaml.Models.Specs;

/// <summary>What a transformer meta block must satisfy, by itself and with the loops that adapt it.</summary>
internal static class TransformerValidation
{
    /// <summary>Checks what <paramref name="block"/> says of a transformer; nothing, for the other kinds.</summary>
    public static void Validate(MetaBlockSpec block, ModelSpec spec, DatasetSchema schema, string where)
    {
        Expect.That(block.Transformer is null || block.Kind is MetaBlockKind.Transformer, $"{where}.transformer", $"it, with kind {block.Kind}", "none, or kind transformer");
        if (block.Kind is not MetaBlockKind.Transformer)
        {
            return;
        }

        var transformer = block.TransformerOrDefault;
        where = $"{where}.transformer";
        Expect.InRange(transformer.Width, 1, SpecValidation.MaxSize, $"{where}.width");
        Expect.InRange(transformer.Heads, 1, TransformerSpec.MaxHeads, $"{where}.heads");
        Expect.That(transformer.Width % transformer.Heads == 0, $"{where}.width", transformer.Width, $"a multiple of the {transformer.Heads} heads");
        Expect.InRange(transformer.Depth, 1, TransformerSpec.MaxDepth, $"{where}.depth");
        Expect.InRange(transformer.FeedForward, 1, SpecValidation.MaxSize, $"{where}.feedForward");
        Expect.That(transformer.Dropout is >= 0 and < 1, $"{where}.dropout", transformer.Dropout, "a number from 0 to below 1");
        Expect.KnownFeatures(transformer.Sequence, schema, $"{where}.sequence");
        foreach (var feature in transformer.Sequence.Where(name => schema.Feature(name) is DenseFeature))
        {
            Expect.That(spec.Global.Features.Contains(feature), $"{where}.sequence", $"'{feature}', a dense feature that the global block does not read", "dense features of the global block, and any others");
        }

        ValidateLoop(transformer, spec.InnerLoop, "innerLoop", where);
        ValidateLoop(transformer, spec.FineTuning, "fineTuning", where);
        var moves = spec.InnerLoop.Adapts is not AdaptedWeights.Embedding || spec.FineTuning.Adapts is not AdaptedWeights.Embedding;
        Expect.That(moves || transformer.Adapts is AdaptedLayers.ReadOut, $"{where}.adapts", transformer.Adapts, "readOut (the default): with adapts embedding no layer moves");
    }

    // The bound adds up the squared gradients of single samples. Attention mixes samples: what reaches a layer below the read-out
    // from all logits at once says nothing of single ones.
    private static void ValidateLoop(TransformerSpec transformer, InnerLoopSpec loop, string name, string where) => Expect.That(
        transformer.Adapts is AdaptedLayers.ReadOut || loop.Adapts is AdaptedWeights.Embedding || loop.StepRule is not StepRule.CurvatureBound,
        $"{where}.adapts", transformer.Adapts, $"readOut, or {name}.stepRule constant: there is no bound for layers below the read-out, where attention mixes samples");
}
