using LiMaml.Models.Specs;

namespace LiMaml.Models.Network.Sequences;

/// <summary>The linear layers of a transformer meta block: their names, sizes, and which of them the inner loop moves.</summary>
internal static class SequenceLayers
{
    public const string Query = "query";
    public const string Key = "key";
    public const string Value = "value";
    public const string Mix = "mix";
    public const string Expand = "expand";
    public const string Contract = "contract";

    /// <summary>The layer that makes tokens.</summary>
    public static string Input(string prefix) => $"{prefix}.layers.input";

    /// <summary>The layer that outputs the meta embedding.</summary>
    public static string ReadOut(string prefix) => $"{prefix}.layers.output";

    /// <summary>A part of attention layer <paramref name="depth"/>, counted from 0.</summary>
    public static string Part(string prefix, int depth, string part) => $"{prefix}.layers.{depth}.{part}";

    /// <summary>The lowest attention layer that the inner loop moves; the depth where it moves the read-out alone.</summary>
    public static int Lowest(TransformerSpec spec) => spec.Adapts switch
    {
        AdaptedLayers.All => 0,
        AdaptedLayers.LastLayer => spec.Depth - 1,
        _ => spec.Depth,
    };

    /// <summary>Whether the inner loop moves a layer.</summary>
    public static bool Moves(TransformerSpec spec, string prefix, string layer) =>
        spec.Adapts is AdaptedLayers.All
        || layer == ReadOut(prefix)
        || Enumerable.Range(Lowest(spec), spec.Depth - Lowest(spec)).Any(depth => layer.StartsWith(Part(prefix, depth, ""), StringComparison.Ordinal));

    /// <summary>Declares all of them, in the order in which they run; <paramref name="inputs"/> numbers make a token.</summary>
    public static void Declare(List<ParameterDeclaration> parameters, MetaBlockSpec block, int inputs)
    {
        var (prefix, spec) = (Parameters.MetaPrefix(block.Task), block.TransformerOrDefault);
        Linear(Input(prefix), inputs, spec.Width);
        for (var depth = 0; depth < spec.Depth; depth++)
        {
            Linear(Part(prefix, depth, Query), spec.Width, spec.Width);
            Linear(Part(prefix, depth, Key), spec.Width, spec.Width, hasBias: false); // it would add as much to all scores of a row
            Linear(Part(prefix, depth, Value), spec.Width, spec.Width);
            Linear(Part(prefix, depth, Mix), spec.Width, spec.Width);
            Linear(Part(prefix, depth, Expand), spec.Width, spec.FeedForward, rectified: true);
            Linear(Part(prefix, depth, Contract), spec.FeedForward, spec.Width);
        }

        Linear(ReadOut(prefix), spec.Width, block.EmbeddingSize);

        void Linear(string name, int from, int to, bool rectified = false, bool hasBias = true)
        {
            parameters.Add(new($"{name}.weight", [from, to], ParameterKind.Weight, Parameters.Deviation(from, !rectified)));
            if (hasBias)
            {
                parameters.Add(new($"{name}.bias", [to], ParameterKind.Bias, 0));
            }
        }
    }
}
