using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using LiMaml.Models.Checkpoints;

namespace LiMaml.Cli.Tests.Conformance;

/// <summary>Changes a graph of a package and vouches for it in the manifest, so that its hash tells nothing.</summary>
internal static class DamagedPackage
{
    /// <summary>Adds a little to one of the weight's numbers in the global graph.</summary>
    public static void ChangeWeight(string package, NamedTensor weight) => Rewrite(package, "global/1/model.onnx", bytes =>
    {
        var values = (float[])weight.Data;
        var start = bytes.AsSpan().IndexOf(MemoryMarshal.AsBytes(values.AsSpan()));
        Assert.True(start >= 0, "the weight is not in the graph");
        MemoryMarshal.Cast<byte, float>(bytes.AsSpan(start, sizeof(float)))[0] = values[0] + 0.01f;
        return bytes;
    });

    /// <summary>Leaves away the second half of the global graph.</summary>
    public static void Truncate(string package) => Rewrite(package, "global/1/model.onnx", bytes => bytes[..(bytes.Length / 2)]);

    private static void Rewrite(string package, string path, Func<byte[], byte[]> change)
    {
        var file = Path.Combine(package, path);
        var bytes = change(File.ReadAllBytes(file));
        File.WriteAllBytes(file, bytes);

        var manifestPath = Path.Combine(package, "manifest.json");
        var manifest = JsonNode.Parse(File.ReadAllText(manifestPath))!;
        var entry = manifest["files"]!.AsArray().Single(entry => entry!["path"]!.GetValue<string>() == path)!;
        entry["bytes"] = bytes.Length;
        entry["sha256"] = Convert.ToHexStringLower(SHA256.HashData(bytes));
        File.WriteAllText(manifestPath, manifest.ToJsonString());
    }
}
