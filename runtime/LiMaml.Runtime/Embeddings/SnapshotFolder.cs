using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Files;
using LiMaml.Models.Snapshots;
using LiMaml.Runtime.Batches;

namespace LiMaml.Runtime.Embeddings;

/// <summary>Generations as files: <c>‹task›/‹generation›-‹bundle›.parquet</c>, one for each task definition that has embeddings.</summary>
/// <param name="folder">Where the task definitions' folders are.</param>
internal sealed class SnapshotFolder(string folder)
{
    private const string Extension = ".parquet";

    /// <summary>Writes all of a generation; each file appears when it is complete.</summary>
    public async Task WriteAsync(EmbeddingGeneration generation, CancellationToken cancellation)
    {
        foreach (var task in generation.Tasks)
        {
            StoredEmbedding[] embeddings = [.. generation.All(task)];
            var asOf = EventTime.Of(embeddings.Select(embedding => embedding.NewestEventTime).DefaultIfEmpty().Max());
            await WriteAsync(generation, task, embeddings, asOf, cancellation);
        }
    }

    /// <summary>Reads all of a published generation.</summary>
    /// <exception cref="InvalidInputException">A file is missing, not what its name says, or not a snapshot.</exception>
    public async Task<EmbeddingGeneration> LoadAsync(EmbeddingPointer pointer, IEnumerable<string> tasks, CancellationToken cancellation)
    {
        var generation = new EmbeddingGeneration(pointer.BundleId, pointer.Generation);
        foreach (var path in tasks.Select(task => PathOf(pointer.BundleId, pointer.Generation, task)))
        {
            using var reader = await SnapshotReader.OpenAsync(path, cancellation);
            Check(path, reader.Info, pointer);
            await foreach (var rows in reader.ReadAsync(cancellation))
            {
                generation.Upsert(Embeddings(reader.Info, rows));
            }
        }

        return generation;
    }

    /// <summary>Deletes all that is neither current nor previous, unfinished files too.</summary>
    public void DeleteUnpublished(PublishedPointers pointers)
    {
        HashSet<string> published = [.. new[] { pointers.Current, pointers.Previous }.OfType<EmbeddingPointer>().Select(pointer => FileName(pointer.BundleId, pointer.Generation))];
        foreach (var path in Files().Where(path => !published.Contains(Path.GetFileName(path))))
        {
            File.Delete(path);
        }
    }

    /// <summary>Deletes a generation.</summary>
    public void Delete(string bundleId, long generation)
    {
        foreach (var path in Files().Where(path => Path.GetFileName(path) == FileName(bundleId, generation)))
        {
            File.Delete(path);
        }
    }

    /// <summary>Replaces the file of <paramref name="task"/> by one without <paramref name="key"/>, where it has it.</summary>
    public async Task ForgetAsync(EmbeddingGeneration generation, string task, string key, CancellationToken cancellation)
    {
        if (generation.Find(task, [key])[0] is null)
        {
            return;
        }

        DateTimeOffset asOf;
        using (var reader = await SnapshotReader.OpenAsync(PathOf(generation.BundleId, generation.Number, task), cancellation))
        {
            asOf = reader.Info.AsOf;
        }

        await WriteAsync(generation, task, [.. generation.All(task).Where(embedding => embedding.Key != key)], asOf, cancellation);
    }

    private async Task WriteAsync(EmbeddingGeneration generation, string task, StoredEmbedding[] embeddings, DateTimeOffset asOf, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.Combine(folder, task));
        Array.Sort(embeddings, (left, right) => TaskKey.Compare(left.Key, right.Key));
        var info = new SnapshotInfo(generation.BundleId, task, generation.Size(task), asOf, generation.Number);
        await using var writer = SnapshotWriter.Create(PathOf(generation.BundleId, generation.Number, task), info);
        foreach (var rows in embeddings.Chunk(4096))
        {
            await writer.AppendAsync(Rows(rows, info.EmbeddingSize), cancellation);
        }

        await writer.CompleteAsync(cancellation);
    }

    private static SnapshotRows Rows(StoredEmbedding[] embeddings, int size)
    {
        var vectors = new float[embeddings.Length * size];
        for (var row = 0; row < embeddings.Length; row++)
        {
            embeddings[row].Vector.Span.CopyTo(vectors.AsSpan(row * size));
        }

        return new SnapshotRows(
            [.. embeddings.Select(embedding => embedding.Key)],
            vectors,
            [.. embeddings.Select(embedding => embedding.NewestEventTime)],
            [.. embeddings.Select(embedding => embedding.SupportCount)],
            [.. embeddings.Select(embedding => embedding.LossBefore)],
            [.. embeddings.Select(embedding => embedding.LossAfter)]);
    }

    private static IEnumerable<StoredEmbedding> Embeddings(SnapshotInfo info, SnapshotRows rows) => Enumerable.Range(0, rows.RowCount).Select(row => new StoredEmbedding(
        info.Task,
        rows.Keys[row],
        rows.Embeddings.AsMemory(row * info.EmbeddingSize, info.EmbeddingSize),
        rows.NewestEventTimes[row],
        rows.SupportCounts[row],
        rows.LossBefore[row],
        rows.LossAfter[row]));

    private static void Check(string path, SnapshotInfo info, EmbeddingPointer pointer)
    {
        if (!pointer.Names(info.BundleId, info.Generation) || info.Task != Path.GetFileName(Path.GetDirectoryName(path)))
        {
            throw new InvalidInputException(path, $"generation {info.Generation} of bundle {info.BundleId}, task '{info.Task}'", "what its folder and name say");
        }
    }

    private string[] Files() => !Directory.Exists(folder) ? [] :
        [.. Directory.GetDirectories(folder).SelectMany(Directory.GetFiles).Where(path => path.EndsWith(Extension, StringComparison.Ordinal) || path.EndsWith(Extension + AtomicFile.PartialSuffix, StringComparison.Ordinal))];

    private string PathOf(string bundleId, long generation, string task) => Path.Combine(folder, task, FileName(bundleId, generation));

    private static string FileName(string bundleId, long generation) => $"{generation}-{bundleId}{Extension}";
}
