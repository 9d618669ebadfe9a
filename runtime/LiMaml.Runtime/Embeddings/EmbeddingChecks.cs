using System.Text;
using LiMaml.Models;
using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Batches;

namespace LiMaml.Runtime.Embeddings;

/// <summary>What every store refuses to keep, checked for a whole write before any of it is kept.</summary>
public static class EmbeddingChecks
{
    /// <summary>Longest task key, in bytes of UTF-8.</summary>
    public const int MaxKeyBytes = 32 * 1024;

    private static readonly long EarliestEventTime = EventTime.Microseconds(DateTimeOffset.MinValue);
    private static readonly long LatestEventTime = EventTime.Microseconds(DateTimeOffset.MaxValue);

    /// <summary>UTF-8 that throws at text which is not Unicode (a lone surrogate) in place of writing something else.</summary>
    internal static UTF8Encoding StrictUtf8 { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Checks a write and returns the first embedding of each task definition in it, which has the size of the others.</summary>
    /// <exception cref="InvalidInputException">The first fault found: where, what, and what would be accepted.</exception>
    public static IReadOnlyDictionary<string, StoredEmbedding> Write(string bundleId, long generation, IReadOnlyList<StoredEmbedding> embeddings)
    {
        ArgumentNullException.ThrowIfNull(bundleId);
        ArgumentNullException.ThrowIfNull(embeddings);
        Expect(bundleId.Length == BundleId.Length && bundleId.All(char.IsAsciiHexDigitLower), "bundle id", $"'{bundleId}'", $"{BundleId.Length} lower-case hexadecimal digits");
        Expect(generation >= 0, "generation", $"{generation}", "0 or more");
        var firsts = new Dictionary<string, StoredEmbedding>();
        foreach (var embedding in embeddings)
        {
            if (!firsts.TryGetValue(embedding.Task, out var first))
            {
                Task(embedding.Task);
                firsts.Add(embedding.Task, first = embedding);
            }

            if (!IsKey(embedding.Key))
            {
                throw new InvalidInputException($"task '{embedding.Task}': key", $"'{embedding.Key}'", $"1 to {MaxKeyBytes} bytes of UTF-8");
            }

            Size(embedding, first.Vector.Length);
            Values(embedding, $"task '{embedding.Task}'");
        }

        return firsts;
    }

    /// <summary>Whether a store could have <paramref name="key"/>.</summary>
    public static bool IsKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        try
        {
            return key.Length > 0 && StrictUtf8.GetByteCount(key) <= MaxKeyBytes;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>Checks the size of an embedding's vector against that of the task definition's others.</summary>
    /// <exception cref="InvalidInputException">They differ.</exception>
    public static void Size(StoredEmbedding embedding, int expected)
    {
        ArgumentNullException.ThrowIfNull(embedding);
        if (embedding.Vector.Length != expected)
        {
            throw new InvalidInputException($"embedding of task '{embedding.Task}', key '{embedding.Key}'", $"{embedding.Vector.Length} numbers", $"{expected}, as the generation's others have");
        }
    }

    /// <summary>Checks the numbers of an embedding.</summary>
    /// <exception cref="InvalidInputException">There are none, one is not finite, or a count or time is out of range.</exception>
    internal static void Values(StoredEmbedding embedding, string where)
    {
        var (found, expected) = Fault(embedding);
        if (found is not null)
        {
            throw new InvalidInputException($"{where}: embedding of '{embedding.Key}'", found, expected);
        }
    }

    private static (string? Found, string Expected) Fault(StoredEmbedding embedding)
    {
        if (embedding.Vector.Length is < 1 or > SpecValidation.MaxSize)
        {
            return ($"{embedding.Vector.Length} numbers", $"1 to {SpecValidation.MaxSize}");
        }

        if (embedding.SupportCount < 0)
        {
            return ($"a support count of {embedding.SupportCount}", "0 or more");
        }

        if (embedding.NewestEventTime < EarliestEventTime || embedding.NewestEventTime > LatestEventTime)
        {
            return ($"a newest event time of {embedding.NewestEventTime}", "microseconds since 1970, of the years 1 to 9999");
        }

        if (!float.IsFinite(embedding.LossBefore) || !float.IsFinite(embedding.LossAfter))
        {
            return ($"losses {embedding.LossBefore} and {embedding.LossAfter}", "finite numbers");
        }

        return IsFinite(embedding.Vector.Span) ? (null, "") : ("a number that is not finite", "finite numbers");
    }

    /// <summary>Whether all numbers of <paramref name="vector"/> are finite.</summary>
    internal static bool IsFinite(ReadOnlySpan<float> vector)
    {
        foreach (var value in vector)
        {
            if (!float.IsFinite(value))
            {
                return false;
            }
        }

        return true;
    }

    private static void Task(string task) =>
        Expect(
            task.Length is > 0 and <= SchemaValidation.MaxNameLength && task.All(character => char.IsAsciiLetterOrDigit(character) || character == '_'),
            "task definition",
            $"'{task}'",
            $"1 to {SchemaValidation.MaxNameLength} ASCII letters, digits and underscores");

    private static void Expect(bool holds, string where, string found, string expected)
    {
        if (!holds)
        {
            throw new InvalidInputException(where, found, expected);
        }
    }
}
