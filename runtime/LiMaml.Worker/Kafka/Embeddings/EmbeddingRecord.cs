using System.Globalization;
using System.Text;
using System.Text.Json;
using LiMaml.Models;
using LiMaml.Models.Json;
using LiMaml.Runtime.Embeddings;

namespace LiMaml.Worker.Kafka;

/// <summary>
/// A record of the embeddings' topic, told by its key: <c>embedding\0‹bundle›\0‹generation›\0‹task›\0‹key›</c>,
/// <c>generation\0‹bundle›\0‹generation›</c> (begun, maybe empty) or <c>pointers</c>. Without a value it erases.
/// </summary>
internal abstract record EmbeddingRecord
{
    private const char Separator = '\0';
    private const string EmbeddingWord = "embedding";
    private const string GenerationWord = "generation";
    private const string PointersWord = "pointers";
    private static readonly byte[] Begun = [1];

    /// <summary>The record's key.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public byte[] Key => Encoding.UTF8.GetBytes(Name());

    /// <summary>The record's value; null to erase.</summary>
    public abstract byte[]? Value { get; }

    /// <summary>Reads a record.</summary>
    /// <exception cref="InvalidInputException">It is none of this store's.</exception>
    public static EmbeddingRecord Read(byte[]? key, byte[]? value, string where)
    {
        var name = Encoding.UTF8.GetString(key ?? []);
        // The task's key comes last and may have any character.
        var parts = name.Split(Separator, 5);
        return (parts[0], parts.Length) switch
        {
            (EmbeddingWord, 5) => new Embedding(parts[1], ParseNumber(parts[2], where), parts[3], parts[4], value is null ? null : EmbeddingCodec.Read(parts[3], parts[4], value, where)),
            (GenerationWord, 3) => new Generation(parts[1], ParseNumber(parts[2], where), value is not null),
            (PointersWord, 1) when value is not null => ContractJson.Parse<Pointers>(value, where),
            _ => throw new InvalidInputException($"{where}: key", $"'{name}'", "a record of an embedding store"),
        };
    }

    private protected abstract string Name();

    private static string Join(params string[] parts) => string.Join(Separator, parts);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long ParseNumber(string text, string where) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new InvalidInputException($"{where}: generation", $"'{text}'", "a number");

    /// <summary>An embedding, or that there is none any more.</summary>
    public sealed record Embedding(string BundleId, long Number, string Task, string TaskKey, StoredEmbedding? Stored) : EmbeddingRecord
    {
        /// <inheritdoc/>
        public override byte[]? Value => Stored is null ? null : EmbeddingCodec.Write(Stored);

        private protected override string Name() => Join(EmbeddingWord, BundleId, Text(Number), Task, TaskKey);
    }

    /// <summary>A generation was begun, or dropped.</summary>
    public sealed record Generation(string BundleId, long Number, bool IsBegun) : EmbeddingRecord
    {
        /// <inheritdoc/>
        public override byte[]? Value => IsBegun ? Begun : null;

        private protected override string Name() => Join(GenerationWord, BundleId, Text(Number));
    }

    /// <summary>What is published, from where on readers have read all of it: their next offset of each partition.</summary>
    public sealed record Pointers(PublishedPointers Published, IReadOnlyList<long> From) : EmbeddingRecord
    {
        /// <inheritdoc/>
        [System.Text.Json.Serialization.JsonIgnore]
        public override byte[]? Value => JsonSerializer.SerializeToUtf8Bytes(this, ContractJson.Options);

        private protected override string Name() => PointersWord;
    }
}
