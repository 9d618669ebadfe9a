using LiMaml.Models.Schemas;

namespace LiMaml.Runtime.Serving;

/// <summary>From the words of a request to the indices that graphs read.</summary>
internal static class WordEncoding
{
    /// <summary>Fills int64 [rows, width]; multi-valued features are padded with 0.</summary>
    public static void Fill(ServedInput input, IReadOnlyList<string> words, Span<long> target)
    {
        if (input.Columns is [MultiValuedFeature])
        {
            FillLists(input, words, target);
            return;
        }

        for (var index = 0; index < words.Count; index++)
        {
            target[index] = input.Encodings[index % input.Width].Index(words[index]);
        }
    }

    private static void FillLists(ServedInput input, IReadOnlyList<string> words, Span<long> target)
    {
        target.Clear();
        var indices = new List<int>(input.Width);
        for (var first = 0; first < words.Count; first += input.Width)
        {
            indices.Clear();
            input.Encodings[0].AppendIndices(words.Skip(first).Take(input.Width), indices);
            for (var place = 0; place < indices.Count; place++)
            {
                target[first + place] = indices[place];
            }
        }
    }
}
