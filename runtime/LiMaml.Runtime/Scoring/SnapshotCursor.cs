using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Snapshots;

namespace LiMaml.Runtime.Scoring;

/// <summary>Walks through a snapshot in the order of its keys. Holds one row group at a time. Not thread-safe.</summary>
/// <param name="rows">The snapshot's rows, sorted by key.</param>
/// <param name="embeddingSize">Numbers in an embedding.</param>
internal sealed class SnapshotCursor(IAsyncEnumerator<SnapshotRows> rows, int embeddingSize) : IAsyncDisposable
{
    private SnapshotRows? group;
    private int position;
    private bool started;

    /// <summary>The embedding last found.</summary>
    public ReadOnlyMemory<float> Embedding => group!.Embeddings.AsMemory(position * embeddingSize, embeddingSize);

    /// <summary>Moves on to <paramref name="key"/>; false where the snapshot lacks it. Keys must be asked for in ascending order (<see cref="TaskKey.Compare"/>).</summary>
    /// <exception cref="InvalidInputException">The snapshot cannot be read.</exception>
    public async ValueTask<bool> SeekAsync(string key)
    {
        if (!started)
        {
            started = true;
            await NextGroupAsync();
        }

        while (group is not null)
        {
            var order = TaskKey.Compare(group.Keys[position], key);
            if (order >= 0)
            {
                return order == 0;
            }

            if (++position == group.Keys.Length)
            {
                await NextGroupAsync();
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => rows.DisposeAsync();

    private async ValueTask NextGroupAsync()
    {
        do
        {
            group = await rows.MoveNextAsync() ? rows.Current : null;
        }
        while (group is { Keys.Length: 0 });

        position = 0;
    }
}
