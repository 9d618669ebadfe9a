using System.Runtime.InteropServices;
using LiMaml.Models.Datasets;
using LiMaml.Runtime.Batches;

namespace LiMaml.Runtime.Adaptation;

/// <summary>
/// The meta embeddings that the tasks of several definitions have now, found by a row that belongs to a task of each.
/// Memory: the embeddings, and about 40 bytes for each row and definition. Filled by one thread, then read by many.
/// </summary>
/// <param name="sizes">Numbers in a meta embedding, by task definition.</param>
public sealed class Counterparts(IReadOnlyDictionary<string, int> sizes)
{
    private readonly Dictionary<string, StoredTable> tables = sizes.ToDictionary(entry => entry.Key, entry => new StoredTable(entry.Value));

    /// <summary>The tasks of a definition; null where it is none of these.</summary>
    public StoredTable? Of(string task) => tables.GetValueOrDefault(task);

    /// <summary>Fills in the embeddings that rows meet; the unadapted ones of their own meta features where there are none.</summary>
    /// <param name="task">The definition.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="places">For each embedding a row, or <see cref="FeatureTensors.Padding"/> for zeros.</param>
    /// <param name="unadapted">Of the definition.</param>
    /// <param name="target">float32 [places, embedding].</param>
    internal void Fill(string task, RowGroup rows, ReadOnlySpan<int> places, UnadaptedEmbeddings unadapted, Span<float> target)
    {
        var (stored, size) = (Of(task), unadapted.EmbeddingSize);
        var missing = new List<int>();
        for (var place = 0; place < places.Length; place++)
        {
            var slot = target.Slice(place * size, size);
            if (places[place] == FeatureTensors.Padding)
            {
                slot.Clear();
            }
            else if (stored?.TryCopy(rows.Rows[places[place]], slot) != true)
            {
                missing.Add(place);
            }
        }

        var lacking = new int[missing.Count];
        for (var index = 0; index < lacking.Length; index++)
        {
            lacking[index] = places[missing[index]];
        }

        var computed = new float[lacking.Length * size];
        unadapted.Embed(rows, lacking, computed);
        for (var index = 0; index < lacking.Length; index++)
        {
            computed.AsSpan(index * size, size).CopyTo(target[(missing[index] * size)..]);
        }
    }
}

/// <summary>The meta embeddings of one definition's tasks.</summary>
/// <param name="size">Numbers in each.</param>
public sealed class StoredTable(int size)
{
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<long, int> taskOfRow = [];
    private readonly List<float> values = [];

    /// <summary>Sets the embedding of a task, known already or not.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="embedding">[embedding].</param>
    public void Set(string key, ReadOnlySpan<float> embedding)
    {
        if (!numbers.TryGetValue(key, out var number))
        {
            numbers[key] = numbers.Count;
            values.AddRange(embedding);
            return;
        }

        embedding.CopyTo(CollectionsMarshal.AsSpan(values)[(number * size)..]);
    }

    /// <summary>Notes which task a row (<see cref="RowGroup.Rows"/>) belongs to; nothing where that has no embedding.</summary>
    internal void Map(long row, string key)
    {
        if (numbers.TryGetValue(key, out var number))
        {
            taskOfRow[row] = number;
        }
    }

    /// <summary>Notes which of the tasks that have embeddings the rows of some splits belong to.</summary>
    /// <param name="rows">The definition's copy of the rows.</param>
    /// <param name="asOf">Rows with a later timestamp (µs since 1970 UTC) are ignored.</param>
    /// <param name="cancellation">Ends reading.</param>
    internal async Task MapAsync(SplitRows rows, long asOf, CancellationToken cancellation)
    {
        foreach (var groups in rows.Read([], cancellation))
        {
            await foreach (var group in groups)
            {
                for (var row = 0; row < group.RowCount; row++)
                {
                    if (group.Timestamps[row] <= asOf)
                    {
                        Map(group.Rows[row], group.Keys[row]);
                    }
                }
            }
        }
    }

    /// <summary>Copies the embedding of the task of a row, by its number in the dataset (<see cref="RowGroup.Rows"/>); false where there is none.</summary>
    public bool TryCopy(long row, Span<float> embedding)
    {
        if (!taskOfRow.TryGetValue(row, out var number))
        {
            return false;
        }

        CollectionsMarshal.AsSpan(values).Slice(number * size, size).CopyTo(embedding);
        return true;
    }
}
