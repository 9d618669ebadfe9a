using System.Globalization;
using LiMaml.Models.Json;

namespace LiMaml.Models.Snapshots;

/// <summary>What a meta-embedding snapshot says about itself.</summary>
/// <param name="BundleId">The model whose global block may score these embeddings.</param>
/// <param name="Task">The task definition whose keys it has.</param>
/// <param name="EmbeddingSize">Numbers of each embedding, at least 1.</param>
/// <param name="AsOf">Event time up to which interactions were seen; written in UTC.</param>
/// <param name="Generation">Counts refreshes; 0 or more.</param>
public sealed record SnapshotInfo(string BundleId, string Task, int EmbeddingSize, DateTimeOffset AsOf, long Generation)
{
    /// <summary>The version of the format this code writes.</summary>
    public const int CurrentFormatVersion = 1;

    /// <summary>The versions that are read; all have the metadata and columns of the newest.</summary>
    internal static readonly FormatVersions Versions = new("meta-embedding snapshot", "embed its interactions again with this one");

    private const string Prefix = "limaml.";

    internal Dictionary<string, string> ToMetadata() => new()
    {
        [Prefix + "format_version"] = CurrentFormatVersion.ToString(CultureInfo.InvariantCulture),
        [Prefix + "bundle_id"] = BundleId,
        [Prefix + "task"] = Task,
        [Prefix + "embedding_size"] = EmbeddingSize.ToString(CultureInfo.InvariantCulture),
        [Prefix + "as_of"] = AsOf.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        [Prefix + "generation"] = Generation.ToString(CultureInfo.InvariantCulture),
    };

    internal static SnapshotInfo FromMetadata(IReadOnlyDictionary<string, string> metadata, string where)
    {
        Versions.Check(Integer(metadata, "format_version", long.MaxValue, where), $"{where}: {Prefix}format_version");
        var asOf = Text(metadata, "as_of", where);
        Expect.That(
            DateTimeOffset.TryParseExact(asOf, "O", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time),
            $"{where}: {Prefix}as_of",
            $"'{asOf}'",
            "an ISO 8601 time such as 2024-01-31T00:00:00.0000000Z");
        var info = new SnapshotInfo(
            Text(metadata, "bundle_id", where),
            Text(metadata, "task", where),
            (int)Integer(metadata, "embedding_size", int.MaxValue, where),
            time,
            Integer(metadata, "generation", long.MaxValue, where));
        info.Validate(where);
        return info;
    }

    internal void Validate(string where)
    {
        Expect.That(Packages.BundleId.IsHex(BundleId, Packages.BundleId.Length), $"{where}: {Prefix}bundle_id", $"'{BundleId}'", $"{Packages.BundleId.Length} lower-case hexadecimal digits");
        Expect.Name(Task, $"{where}: {Prefix}task");
        Expect.InRange(EmbeddingSize, 1, Specs.SpecValidation.MaxSize, $"{where}: {Prefix}embedding_size");
        Expect.InRange(Generation, 0, long.MaxValue, $"{where}: {Prefix}generation");
    }

    private static string Text(IReadOnlyDictionary<string, string> metadata, string name, string where) =>
        metadata.TryGetValue(Prefix + name, out var text) && text is not null ? text : throw new InvalidInputException($"{where}: file metadata", $"no {Prefix}{name}", "the metadata of a meta-embedding snapshot");

    private static long Integer(IReadOnlyDictionary<string, string> metadata, string name, long most, string where)
    {
        var text = Text(metadata, name, where);
        var holds = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var integer) && integer <= most;
        Expect.That(holds, $"{where}: {Prefix}{name}", $"'{text}'", "an integer, 0 or more");
        return integer;
    }
}
