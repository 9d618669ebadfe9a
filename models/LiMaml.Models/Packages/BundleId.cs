using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Json;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Models.Packages;

/// <summary>
/// The id of a model: 32 lower-case hexadecimal digits over everything that decides what it computes, known before its
/// graphs are written, so that they can carry it. Meta embeddings are scored only by the global block of their own id.
/// </summary>
public static class BundleId
{
    /// <summary>Digits of an id.</summary>
    public const int Length = 32;

    /// <summary>The id: the first half of the SHA-256 over five lines, each ended by LF: the manifest's format version and the SHA-256 of the spec's JSON, the schema's JSON, the weights and the handoff file.</summary>
    /// <param name="model">The spec.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="weightsSha256">From <see cref="HashWeights"/>.</param>
    /// <param name="handoffSha256">Of the file <c>handoff.safetensors</c>.</param>
    public static string Compute(ModelSpec model, DatasetSchema schema, string weightsSha256, string handoffSha256) =>
        Compute(Manifest.CurrentFormatVersion, ContractJson.Serialize(model), ContractJson.Serialize(schema), weightsSha256, handoffSha256);

    /// <summary>The same from the JSON of spec and schema, as a manifest of any version has it.</summary>
    internal static string Compute(int formatVersion, byte[] model, byte[] schema, string weightsSha256, string handoffSha256)
    {
        var lines = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"{formatVersion}\n")
            .Append(CultureInfo.InvariantCulture, $"{Hex(SHA256.HashData(model))}\n")
            .Append(CultureInfo.InvariantCulture, $"{Hex(SHA256.HashData(schema))}\n")
            .Append(CultureInfo.InvariantCulture, $"{weightsSha256}\n")
            .Append(CultureInfo.InvariantCulture, $"{handoffSha256}\n");
        return Hex(SHA256.HashData(Encoding.UTF8.GetBytes(lines.ToString())))[..Length];
    }

    /// <summary>SHA-256 of <paramref name="weights"/>, written as a safetensors file without metadata: 64 lower-case hexadecimal digits.</summary>
    /// <exception cref="ArgumentException">A tensor whose data does not fit its shape.</exception>
    public static string HashWeights<TTensor>(IReadOnlyDictionary<string, TTensor> weights)
        where TTensor : ITensorContents
    {
        using var hash = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
        {
            Safetensors.Write(stream, weights);
        }

        return Hex(hash.Hash!);
    }

    internal static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    internal static bool IsHex(string text, int length) => text.Length == length && text.All(character => char.IsAsciiHexDigitLower(character));
}
