using System.Buffers.Binary;
using System.Text;
using LiMaml.Models;
using LiMaml.Models.Json;
using RocksDbSharp;

namespace LiMaml.Runtime.Embeddings;

/// <summary>
/// Generations in RocksDB: <c>p</c> has the pointers, <c>b‹generation›‹bundle›</c> says that a generation was begun, and
/// <c>e‹generation›‹bundle›‹task›\0‹key›</c> has an embedding; a generation's number is 8 bytes, big-endian. One caller at a time.
/// </summary>
internal sealed class EmbeddingDatabase : IDisposable
{
    private static readonly byte[] PointersKey = "p"u8.ToArray();
    private readonly string folder;
    private readonly RocksDb database;
    private readonly WriteOptions written = new();
    private readonly WriteOptions synced = new WriteOptions().SetSync(true);

    private EmbeddingDatabase(string folder, RocksDb database)
    {
        this.folder = folder;
        this.database = database;
    }

    /// <summary>Opens the database in <paramref name="folder"/>, made where it is missing.</summary>
    /// <exception cref="InvalidInputException">It cannot be opened: damaged, or open elsewhere.</exception>
    public static EmbeddingDatabase Open(string folder)
    {
        var options = new DbOptions().SetCreateIfMissing().SetCompression(Compression.No).SetKeepLogFileNum(2).SetWriteBufferSize(16UL << 20);
        try
        {
            Directory.CreateDirectory(folder);
            return new EmbeddingDatabase(folder, RocksDb.Open(options, folder));
        }
        catch (RocksDbException fault)
        {
            throw new InvalidInputException(
                $"{folder}: found a database that cannot be opened ({fault.Message}), expected an embedding store that no other process has open, or no folder: without it the next refresh makes all embeddings anew.", fault);
        }
    }

    /// <summary>The pointers as last flipped.</summary>
    /// <exception cref="InvalidInputException">They are of another format.</exception>
    public PublishedPointers Pointers() => database.Get(PointersKey) is { } bytes
        ? ContractJson.Parse<PublishedPointers>(bytes, $"{folder}: pointers").Validated($"{folder}: pointers")
        : PublishedPointers.None;

    /// <summary>Deletes every generation that was begun and is not published.</summary>
    public void DeleteUnpublished(PublishedPointers pointers)
    {
        using var batch = new WriteBatch();
        foreach (var key in Keys("b"u8.ToArray()).ToList())
        {
            var (bundleId, generation) = (Encoding.ASCII.GetString(key.AsSpan(9)), BinaryPrimitives.ReadInt64BigEndian(key.AsSpan(1)));
            if (!pointers.Have(bundleId, generation))
            {
                Delete(batch, bundleId, generation);
            }
        }

        database.Write(batch, synced);
    }

    /// <summary>All of a published generation.</summary>
    /// <exception cref="InvalidInputException">It was never begun, or an embedding is not what it must be.</exception>
    public EmbeddingGeneration Load(EmbeddingPointer pointer)
    {
        if (database.Get(Prefix('b', pointer.BundleId, pointer.Generation)) is null)
        {
            throw new InvalidInputException(folder, $"no generation {pointer.Generation} of bundle {pointer.BundleId}", "the generations that its pointers name; delete the folder, and the next refresh makes all embeddings anew");
        }

        var generation = new EmbeddingGeneration(pointer.BundleId, pointer.Generation);
        generation.Upsert(Read(Prefix('e', pointer.BundleId, pointer.Generation)));
        return generation;
    }

    /// <summary>Begins a generation where it is new, and adds embeddings.</summary>
    public void Write(string bundleId, long generation, IReadOnlyList<StoredEmbedding> embeddings)
    {
        using var batch = new WriteBatch();
        batch.Put(Prefix('b', bundleId, generation), Array.Empty<byte>());
        foreach (var embedding in embeddings)
        {
            batch.Put(Key(bundleId, generation, embedding.Task, embedding.Key), EmbeddingCodec.Write(embedding));
        }

        database.Write(batch, written);
    }

    /// <summary>Flips, and deletes the generation that is dropped, in one write that is on the disk when this returns.</summary>
    public void Flip(PublishedPointers pointers, EmbeddingGeneration? dropped)
    {
        using var batch = new WriteBatch();
        batch.Put(PointersKey, ContractJson.Serialize(pointers));
        if (dropped is not null)
        {
            Delete(batch, dropped.BundleId, dropped.Number);
        }

        database.Write(batch, synced);
    }

    /// <summary>Deletes a generation.</summary>
    public void Delete(string bundleId, long generation)
    {
        using var batch = new WriteBatch();
        Delete(batch, bundleId, generation);
        database.Write(batch, written);
    }

    /// <summary>Deletes a task's embedding from <paramref name="generations"/>; on the disk when this returns.</summary>
    public void Forget(IEnumerable<EmbeddingGeneration> generations, string task, string key)
    {
        using var batch = new WriteBatch();
        foreach (var generation in generations)
        {
            batch.Delete(Key(generation.BundleId, generation.Number, task, key));
        }

        database.Write(batch, synced);
    }

    public void Dispose() => database.Dispose();

    private IEnumerable<StoredEmbedding> Read(byte[] prefix)
    {
        using var iterator = database.NewIterator();
        for (iterator.Seek(prefix); iterator.Valid() && iterator.GetKeySpan().StartsWith(prefix); iterator.Next())
        {
            var name = iterator.GetKeySpan()[prefix.Length..];
            var end = name.IndexOf((byte)0);
            yield return EmbeddingCodec.Read(Encoding.ASCII.GetString(name[..end]), Encoding.UTF8.GetString(name[(end + 1)..]), iterator.GetValueSpan(), folder);
        }
    }

    private IEnumerable<byte[]> Keys(byte[] prefix)
    {
        using var iterator = database.NewIterator();
        for (iterator.Seek(prefix); iterator.Valid() && iterator.GetKeySpan().StartsWith(prefix); iterator.Next())
        {
            yield return iterator.Key();
        }
    }

    private static void Delete(WriteBatch batch, string bundleId, long generation)
    {
        var start = Prefix('e', bundleId, generation);
        byte[] end = [.. start, byte.MaxValue]; // task definitions begin with an ASCII character
        batch.DeleteRange(start, (ulong)start.Length, end, (ulong)end.Length);
        batch.Delete(Prefix('b', bundleId, generation));
    }

    private static byte[] Prefix(char kind, string bundleId, long generation)
    {
        var prefix = new byte[9 + bundleId.Length];
        prefix[0] = (byte)kind;
        BinaryPrimitives.WriteInt64BigEndian(prefix.AsSpan(1), generation);
        Encoding.ASCII.GetBytes(bundleId, prefix.AsSpan(9));
        return prefix;
    }

    private static byte[] Key(string bundleId, long generation, string task, string key) =>
        [.. Prefix('e', bundleId, generation), .. Encoding.ASCII.GetBytes(task), 0, .. EmbeddingChecks.StrictUtf8.GetBytes(key)];
}
