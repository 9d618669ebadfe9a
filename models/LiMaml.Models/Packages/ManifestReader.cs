using System.Text.Json;
using LiMaml.Models.Json;

namespace LiMaml.Models.Packages;

/// <summary>Reads manifests of every version that is known.</summary>
internal static class ManifestReader
{
    /// <summary>
    /// The manifest at <paramref name="path"/> in the form of the current version. Its bundle id is compared with the hash
    /// of what the file itself says: how this code would write the same model does not matter.
    /// </summary>
    /// <exception cref="InvalidInputException">It is missing, malformed, inconsistent, or of a version that is not known.</exception>
    public static Manifest Read(string path)
    {
        var utf8 = ContractJson.ReadBytes(path);
        var manifest = ContractJson.Parse<Manifest>(Manifest.Versions.Upgrade(utf8, path), path);
        ManifestValidation.Validate(manifest, path);
        CheckBundleId(manifest, utf8, path);
        return manifest;
    }

    private static void CheckBundleId(Manifest manifest, ReadOnlyMemory<byte> utf8, string path)
    {
        using var document = JsonDocument.Parse(utf8);
        var root = document.RootElement;
        var expected = BundleId.Compute(
            root.GetProperty("formatVersion").GetInt32(),
            ContractJson.Serialize(root.GetProperty("model")),
            ContractJson.Serialize(root.GetProperty("schema")),
            manifest.WeightsSha256,
            manifest.Files.Single(file => file.Path == Handoff.FileName).Sha256);
        Expect.That(manifest.BundleId == expected, $"{path}: bundleId", $"'{manifest.BundleId}'", $"'{expected}', the hash of model, schema, weights and handoff");
    }
}
