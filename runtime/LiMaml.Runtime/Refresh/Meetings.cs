using LiMaml.Runtime.Adaptation;
using LiMaml.Runtime.Windows;

namespace LiMaml.Runtime.Refresh;

/// <summary>Whom the samples of some windows met: their tasks of the model's other definitions, found by the samples' own key columns.</summary>
/// <param name="definitions">The other definitions, with the numbers in a meta embedding of each.</param>
/// <param name="rows">For each row the keys, in the order of <see cref="Definitions"/>; null where the sample belongs to no task of the definition.</param>
internal sealed class Meetings(IReadOnlyList<(string Task, int EmbeddingSize)> definitions, IReadOnlyList<string?[]> rows)
{
    /// <summary>The other definitions.</summary>
    public IReadOnlyList<(string Task, int EmbeddingSize)> Definitions => definitions;

    /// <summary>The tasks met of each definition, each once.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Keys { get; } =
        [.. Enumerable.Range(0, definitions.Count).Select(place => (IReadOnlyList<string>)[.. rows.Select(keys => keys[place]).OfType<string>().Distinct()])];

    /// <summary>What the rows met, by what is known of these tasks.</summary>
    /// <param name="known">Of each definition the embeddings of <see cref="Keys"/>, null where there is none.</param>
    public Counterparts With(IReadOnlyList<IReadOnlyList<ReadOnlyMemory<float>?>> known)
    {
        var counterparts = new Counterparts(definitions.ToDictionary(definition => definition.Task, definition => definition.EmbeddingSize));
        for (var place = 0; place < definitions.Count; place++)
        {
            var table = counterparts.Of(definitions[place].Task)!;
            foreach (var (key, embedding) in Keys[place].Zip(known[place]))
            {
                if (embedding is { } vector)
                {
                    table.Set(key, vector.Span);
                }
            }

            foreach (var (row, keys) in rows.Index())
            {
                if (keys[place] is { } key)
                {
                    table.Map(row, key);
                }
            }
        }

        return counterparts;
    }
}
