using LiMaml.Models.Datasets;
using LiMaml.Models.Snapshots;
using LiMaml.Runtime.Adaptation;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Scoring;

/// <summary>
/// Gives each row of a sorted dataset its task's meta embedding from a snapshot, or the unadapted one of the row's own
/// meta features where the snapshot lacks the task; counts both. Not thread-safe.
/// </summary>
/// <param name="unadapted">For the tasks that the snapshot lacks.</param>
/// <param name="snapshot">Null for none.</param>
/// <param name="cancellation">Ends reading.</param>
internal sealed class EmbeddingJoin(UnadaptedEmbeddings unadapted, SnapshotReader? snapshot, CancellationToken cancellation) : IAsyncDisposable
{
    private readonly SnapshotCursor? cursor =
        snapshot is null ? null : new SnapshotCursor(snapshot.ReadAsync(cancellation).GetAsyncEnumerator(cancellation), unadapted.EmbeddingSize);

    private string? key;
    private bool known;
    private long coldRowCount;
    private long taskCount;
    private long coldTaskCount;

    /// <summary>Rows joined so far.</summary>
    public long RowCount { get; private set; }

    /// <summary>Joins the next rows of the dataset.</summary>
    /// <returns>Embeddings, float32 [rows, embedding], and which of them are unadapted.</returns>
    public async ValueTask<(float[] Embeddings, bool[] Cold)> JoinAsync(RowGroup rows)
    {
        var embeddings = new float[rows.RowCount * unadapted.EmbeddingSize];
        var cold = new bool[rows.RowCount];
        for (var row = 0; row < rows.RowCount; row++)
        {
            await SeekAsync(rows.Keys[row]);
            cold[row] = !known;
            if (known)
            {
                cursor!.Embedding.Span.CopyTo(embeddings.AsSpan(row * unadapted.EmbeddingSize));
            }
        }

        FillCold(rows, cold, embeddings);
        return (embeddings, cold);
    }

    /// <summary>What was joined.</summary>
    public ScoreReport Report(TimeSpan elapsed, ProviderChoice provider) =>
        new(RowCount, coldRowCount, taskCount, coldTaskCount, elapsed, provider);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => cursor?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async ValueTask SeekAsync(string next)
    {
        if (next != key)
        {
            key = next;
            known = cursor is not null && await cursor.SeekAsync(next);
            taskCount++;
            coldTaskCount += known ? 0 : 1;
        }
    }

    private void FillCold(RowGroup rows, bool[] cold, float[] embeddings)
    {
        int[] places = [.. Enumerable.Range(0, rows.RowCount).Where(row => cold[row])];
        var size = unadapted.EmbeddingSize;
        var computed = new float[places.Length * size];
        unadapted.Embed(rows, places, computed);
        for (var place = 0; place < places.Length; place++)
        {
            computed.AsSpan(place * size, size).CopyTo(embeddings.AsSpan(places[place] * size));
        }

        RowCount += rows.RowCount;
        coldRowCount += places.Length;
    }
}
