namespace LiMaml.Training.Baselines;

/// <summary>Row positions by key, each key's oldest first.</summary>
internal sealed class KeyGroups
{
    private readonly int[] starts;
    private readonly int[] rows;

    /// <param name="keys">A key for every row position, from 0.</param>
    /// <param name="keyCount">More than the largest key.</param>
    /// <param name="rows">The positions to group; their order is kept within a key.</param>
    public KeyGroups(int[] keys, int keyCount, IReadOnlyList<int> rows)
    {
        starts = new int[keyCount + 1];
        foreach (var row in rows)
        {
            starts[keys[row] + 1]++;
        }

        for (var key = 0; key < keyCount; key++)
        {
            starts[key + 1] += starts[key];
        }

        var next = starts[..^1];
        this.rows = new int[rows.Count];
        foreach (var row in rows)
        {
            this.rows[next[keys[row]]++] = row;
        }
    }

    /// <summary>Number of keys, those without rows included.</summary>
    public int Count => starts.Length - 1;

    /// <summary>Rows of the key that has most.</summary>
    public int LargestCount => Enumerable.Range(0, Count).Select(key => this[key].Length).DefaultIfEmpty().Max();

    /// <summary>Rows of a key; may be none.</summary>
    public ReadOnlySpan<int> this[int key] => rows.AsSpan(starts[key], starts[key + 1] - starts[key]);
}
