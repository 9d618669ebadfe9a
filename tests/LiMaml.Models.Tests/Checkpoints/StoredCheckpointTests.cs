using System.Text;
using LiMaml.Models.Checkpoints;

namespace LiMaml.Models.Tests.Checkpoints;

public sealed class StoredCheckpointTests
{
    [Fact]
    public void Visit_EachStoredTensor_HandsOutTheBytesInMemory()
    {
        using var folder = new TemporaryFolder();
        var large = Enumerable.Range(0, (5 << 20) / sizeof(int)).ToArray(); // more than one piece
        Safetensors.Write(folder["t.safetensors"], new Dictionary<string, NamedTensor>
        {
            ["large"] = new([5, large.Length / 5], large[..(large.Length / 5 * 5)]),
            ["floats"] = new([2, 1], new float[] { 1.5f, -2 }),
            ["none"] = new([0, 3], Array.Empty<long>()),
            ["scalar"] = new([], new double[] { 7 }),
        });
        var inMemory = Safetensors.Read(folder["t.safetensors"]);

        foreach (var (name, stored) in Safetensors.Open(folder["t.safetensors"]))
        {
            ITensorContents expected = inMemory[name];
            Assert.Equal((expected.Type, expected.ByteCount), (stored.Type, stored.ByteCount));
            Assert.Equal(expected.Axes, stored.Axes);
            Assert.Equal(Bytes(expected), Bytes(stored));
        }
    }

    [Fact]
    public void Visit_AFileThatBecameShorter_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var path = folder["t.safetensors"];
        Safetensors.Write(path, new Dictionary<string, NamedTensor> { ["w"] = new([100], new float[100]) });
        var stored = Safetensors.Open(path)["w"];
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^4]);

        Assert.Contains("as when it was opened", Assert.Throws<InvalidInputException>(() => Bytes(stored)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TensorBeyond2GiBThatIsNotThere_IsRefusedForTheFile()
    {
        using var folder = new TemporaryFolder();
        const string header = """{"w":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,4000000000]}}    """;
        File.WriteAllBytes(folder["t.safetensors"], [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), 0, 0, 0, 0]);

        Assert.Contains("tensors: found 4 bytes in the file, expected 4000000000", Assert.Throws<InvalidInputException>(() => Safetensors.Open(folder["t.safetensors"])).Message, StringComparison.Ordinal);
    }

    private static byte[] Bytes(ITensorContents tensor)
    {
        using var bytes = new MemoryStream();
        tensor.Visit(bytes.Write);
        return bytes.ToArray();
    }
}
