using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LiMaml.Models.Checkpoints;

namespace LiMaml.Models.Tests.Checkpoints;

public sealed class SafetensorsTests
{
    [Fact]
    public void Read_WhatWasWritten_ComesBack()
    {
        var element = Gen.Choose(-1000, 1000);
        var tensor = Gen.Choose(0, 3).ArrayOf().Where(shape => shape.Length < 5).SelectMany(shape =>
        {
            var count = shape.Aggregate(1, (product, size) => product * size);
            return element.ArrayOf(count).SelectMany(values => Gen.Elements<Func<int[], Array>>(
                integers => Array.ConvertAll(integers, integer => integer / 7f),
                integers => Array.ConvertAll(integers, integer => integer / 7d),
                integers => Array.ConvertAll(integers, integer => (long)integer << 40),
                integers => integers,
                integers => Array.ConvertAll(integers, integer => (byte)integer)).Select(convert => new NamedTensor(Array.ConvertAll(shape, size => (long)size), convert(values))));
        });
        var name = Gen.Elements("a", "meta.member.rows", "ü\"\\\n", "b/c", "", "Z", "__metadata").Select(text => text);
        var file = Gen.Zip(name, tensor).ListOf().Select(pairs => pairs.DistinctBy(pair => pair.Item1).ToDictionary(pair => pair.Item1, pair => pair.Item2));
        Prop.ForAll(Arb.From(file), tensors =>
        {
            using var folder = new TemporaryFolder();
            Safetensors.Write(folder["t"], tensors, new Dictionary<string, string> { ["by"] = "ü" });
            var read = Safetensors.Read(folder["t"]);
            Assert.Equal(tensors.Keys.Order(), read.Keys.Order());
            foreach (var (key, expected) in tensors)
            {
                Assert.Equal(expected.Shape, read[key].Shape);
                Assert.Equal(expected.Data, read[key].Data);
            }

            Assert.Equal("ü", Safetensors.ReadMetadata(folder["t"])["by"]);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Write_SameTensorsInAnotherOrder_GivesTheSameAlignedBytes()
    {
        using var folder = new TemporaryFolder();
        var (a, b) = (new NamedTensor([2], new float[] { 1, 2 }), new NamedTensor([], new long[] { 3 }));

        Safetensors.Write(folder["1"], new Dictionary<string, NamedTensor> { ["a"] = a, ["b"] = b });
        Safetensors.Write(folder["2"], new Dictionary<string, NamedTensor> { ["b"] = b, ["a"] = a });

        var bytes = File.ReadAllBytes(folder["1"]);
        Assert.Equal(bytes, File.ReadAllBytes(folder["2"]));
        Assert.Equal(0, BinaryPrimitives.ReadInt64LittleEndian(bytes) % 8);
        Assert.StartsWith("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}""", Encoding.UTF8.GetString(bytes, 8, bytes.Length - 8), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_DataThatDoesNotFit_Throws()
    {
        using var folder = new TemporaryFolder();

        foreach (var tensor in new[] { new NamedTensor([3], new float[2]), new NamedTensor([2], new decimal[2]), new NamedTensor([-2], new float[2]) })
        {
            Assert.Throws<ArgumentException>(() => Safetensors.Write(folder["t"], new Dictionary<string, NamedTensor> { ["a"] = tensor }));
        }

        Assert.Throws<ArgumentException>(() => Safetensors.Write(folder["t"], new Dictionary<string, NamedTensor> { ["__metadata__"] = new([1], new float[1]) }));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}}""", 8, "tensor 'a': dtype: found F16, expected F32, F64, I64, I32 or U8.")]
    [InlineData("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", 8, "tensor 'a': dtype: found nothing")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,8]}}""", 8, "tensor 'a': shape: found nothing, expected a list of integers.")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "tensor 'a': data_offsets: found 8 bytes, expected 12 for F32 [3].")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "tensor 'a': shape: found -2, expected integers, 0 or more.")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "tensor 'a': shape: found 2.5")]
    [InlineData("""{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""", 8, "tensor 'a': shape: found \"2\"")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "tensor 'a': data_offsets: found 0 bytes, expected a smaller shape than [4294967296, 4294967296].")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "tensor 'a': data_offsets: found [8, 0], expected [start, end].")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"crc":1}}""", 8, "tensor 'a': found a member 'crc', expected dtype, shape, data_offsets.")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}""", 6, "tensor 'b': data_offsets: found [2, 6], expected a start of 4")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[5,9]}}""", 9, "tensor 'b': data_offsets: found [5, 9], expected a start of 4")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 3, "tensors: found 3 bytes in the file, expected 4")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 5, "tensors: found 5 bytes in the file, expected 4")]
    [InlineData("""{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 0, "header: not JSON")]
    [InlineData("""{"__metadata__":{"x":1}}""", 0, "__metadata__: x: found Number, expected a string.")]
    [InlineData("""[1]""", 0, "header: found Array, expected an object.")]
    [InlineData("""{"a":""", 0, "header: not JSON")]
    public void Read_WrongHeader_SaysWhat(string header, int dataBytes, string message)
    {
        using var folder = new TemporaryFolder();
        var utf8 = Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(folder["t"], [.. BitConverter.GetBytes((long)utf8.Length), .. utf8, .. new byte[dataBytes]]);

        var fault = Assert.Throws<InvalidInputException>(() => Safetensors.Read(folder["t"]));

        Assert.Contains($"{folder["t"]}: {message}", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 }, "found 3 bytes, expected at least the 8 bytes")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 127, 123, 125 }, "header length: found 9223372036854775807, expected 2 to 2 bytes.")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 123, 125 }, "header length: found -1, expected 2 to 2 bytes.")]
    [InlineData(new byte[] { 9, 0, 0, 0, 0, 0, 0, 0, 123, 125 }, "header length: found 9, expected 2 to 2 bytes.")]
    public void Read_WrongLength_SaysWhat(byte[] bytes, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["t"], bytes);

        Assert.Contains(message, Assert.Throws<InvalidInputException>(() => Safetensors.Read(folder["t"])).Message, StringComparison.Ordinal);
        Assert.Contains(message, Assert.Throws<InvalidInputException>(() => Safetensors.ReadMetadata(folder["t"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MissingOrLargerThanAllowed_IsRefused()
    {
        using var folder = new TemporaryFolder();
        Safetensors.Write(folder["t"], new Dictionary<string, NamedTensor>());

        Assert.Contains("found no file, expected a safetensors file", Assert.Throws<InvalidInputException>(() => Safetensors.Read(folder["u"])).Message, StringComparison.Ordinal);
        Assert.Contains("expected at most 3 bytes", Assert.Throws<InvalidInputException>(() => Safetensors.Read(folder["t"], maxBytes: 3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Float32_WrongTypeOrShape_NamesBoth()
    {
        var tensor = new NamedTensor([2, 3], new float[6]);

        Assert.Same(tensor.Data, tensor.Float32("w", -1, 3));
        Assert.Equal("w: found F32 [2, 3], expected F32 [any, 4].", Assert.Throws<InvalidInputException>(() => tensor.Float32("w", -1, 4)).Message);
        Assert.Equal("w: found F32 [2, 3], expected I64 [2, 3].", Assert.Throws<InvalidInputException>(() => tensor.Int64("w", 2, 3)).Message);
    }
}
