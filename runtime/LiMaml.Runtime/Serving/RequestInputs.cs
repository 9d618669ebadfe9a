using LiMaml.Models;

namespace LiMaml.Runtime.Serving;

/// <summary>Takes a <see cref="ScoreRequest"/> into the graphs' memory.</summary>
internal static class RequestInputs
{
    /// <summary>How the request names its embeddings.</summary>
    /// <exception cref="InvalidInputException">In both ways; or it is for another bundle, or must name one and does not.</exception>
    public static ScoringMode ModeOf(ScoreRequest request, ServingBundle bundle)
    {
        var raw = request.Embeddings.Count > 0;
        Check(!raw || request.Keys.Count == 0, "request", "task keys and embeddings", "one of them");
        Check(!raw || request.BundleId is not null, "bundle of the request", "none", "that of the embeddings given");
        Check(request.BundleId is null || request.BundleId == bundle.BundleId, "bundle of the request", $"'{request.BundleId}'", $"{bundle.BundleId}, the one that is served");
        return raw ? ScoringMode.Raw : ScoringMode.Joined;
    }

    /// <summary>Fills all inputs.</summary>
    /// <exception cref="InvalidInputException">An input or definition is unknown, given twice, or of another size or kind.</exception>
    public static void Fill(ScoringCall call, ScoreRequest request, ServingBundle bundle)
    {
        foreach (var (task, keys) in request.Keys)
        {
            call.SetKeys(Block(bundle, task).Keys, keys);
        }

        foreach (var (task, embeddings) in request.Embeddings)
        {
            Copy(embeddings.Span, call.Float32(call.Served.Input(Block(bundle, task).EmbeddingTensor)), $"embeddings of '{task}'");
        }

        foreach (var (name, values) in request.Floats)
        {
            Copy(values.Span, call.Float32(Input(call, name, ServedKind.Float32)), $"input '{name}'");
        }

        foreach (var (name, values) in request.Integers)
        {
            Copy(values.Span, call.Int64(Input(call, name, ServedKind.Int64)), $"input '{name}'");
        }

        foreach (var (name, words) in request.Words)
        {
            Check(!request.Integers.ContainsKey(name), $"input '{name}'", "words and indices", "one of them");
            call.SetWords(call.Served.Input(name), words);
        }
    }

    private static ServedBlock Block(ServingBundle bundle, string task) =>
        bundle.Model.Blocks.FirstOrDefault(block => block.Task == task) ?? throw new InvalidInputException(
            "task definition", $"'{task}'", $"some of {string.Join(", ", bundle.Model.Blocks.Select(block => block.Task))}");

    private static ServedInput Input(ScoringCall call, string name, ServedKind kind)
    {
        var input = call.Served.Input(name);
        Check(input.Kind == kind, $"input '{name}'", $"{kind}", $"{input.Kind}");
        Check(input.Columns.Count > 0, $"input '{name}'", "a tensor", $"{nameof(ScoreRequest.Embeddings)}, by task definition");
        return input;
    }

    private static void Copy<T>(ReadOnlySpan<T> values, Span<T> target, string where)
    {
        Check(values.Length == target.Length, where, $"{values.Length} values", $"{target.Length}");
        values.CopyTo(target);
    }

    private static void Check(bool holds, string where, string found, string expected)
    {
        if (!holds)
        {
            throw new InvalidInputException(where, found, expected);
        }
    }
}
