using LiMaml.Models.Datasets;

namespace LiMaml.Runtime.Batches;

/// <summary>
/// A stream of row groups read run by run, in the order (key, timestamp, row) that the dataset vouches for. Holds
/// one row group at a time. Not thread-safe.
/// </summary>
internal sealed class RowCursor : IAsyncDisposable
{
    private readonly IAsyncEnumerator<RowGroup> groups;

    private RowCursor(IAsyncEnumerator<RowGroup> groups) => this.groups = groups;

    /// <summary>The row group that holds the current row; null at the end.</summary>
    public RowGroup? Group { get; private set; }

    /// <summary>The current row's position in <see cref="Group"/>.</summary>
    public int Position { get; private set; }

    /// <summary>Stands on the first row of <paramref name="source"/>.</summary>
    public static async Task<RowCursor> OpenAsync(IAsyncEnumerable<RowGroup> source, CancellationToken cancellation)
    {
        var cursor = new RowCursor(source.GetAsyncEnumerator(cancellation));
        try
        {
            await cursor.NextGroupAsync();
            return cursor;
        }
        catch
        {
            await cursor.DisposeAsync();
            throw;
        }
    }

    /// <summary>Moves <paramref name="count"/> rows on, at most to the end of the row group, reading the next one there.</summary>
    public async ValueTask AdvanceAsync(int count)
    {
        Position += count;
        if (Position == Group!.RowCount)
        {
            await NextGroupAsync();
        }
    }

    /// <summary>Negative where row <paramref name="row"/> of this row group comes before the current row of <paramref name="other"/>.</summary>
    public int Compare(int row, RowCursor other)
    {
        var (a, b, otherRow) = (Group!, other.Group!, other.Position);
        var order = TaskKey.Compare(a.Keys[row], b.Keys[otherRow]);
        order = order != 0 ? order : a.Timestamps[row].CompareTo(b.Timestamps[otherRow]);
        return order != 0 ? order : a.Rows[row].CompareTo(b.Rows[otherRow]);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => groups.DisposeAsync();

    private async ValueTask NextGroupAsync()
    {
        do
        {
            Group = await groups.MoveNextAsync() ? groups.Current : null;
        }
        while (Group is { RowCount: 0 });

        Position = 0;
    }
}
