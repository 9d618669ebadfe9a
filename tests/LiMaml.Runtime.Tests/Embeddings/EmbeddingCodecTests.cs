using LiMaml.Models;
using LiMaml.Runtime.Embeddings;

namespace LiMaml.Runtime.Tests.Embeddings;

public sealed class EmbeddingCodecTests
{
    private static readonly StoredEmbedding Sample = new("member", "a", new[] { 1f, -0.5f }, 256, 3, 0.5f, 0.25f);

    [Fact]
    public void Write_AnEmbedding_GivesTheDocumentedBytes() => Assert.Equal(
        "01" + "0001000000000000" + "03000000" + "0000003F" + "0000803E" + "0000803F" + "000000BF",
        Convert.ToHexString(EmbeddingCodec.Write(Sample)));

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        var read = EmbeddingCodec.Read("member", "a", EmbeddingCodec.Write(Sample), "test");
        Assert.Equal(Sample with { Vector = default }, read with { Vector = default });
        Assert.Equal(Sample.Vector.ToArray(), read.Vector.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("010001000000000000030000000000003F0000803E")]
    [InlineData("010001000000000000030000000000003F0000803E0000803F00")]
    [InlineData("020001000000000000030000000000003F0000803E0000803F")]
    public void Read_OtherLengthOrVersion_IsRefused(string bytes)
    {
        var fault = Assert.Throws<InvalidInputException>(() => EmbeddingCodec.Read("member", "a", Convert.FromHexString(bytes), "test"));
        Assert.StartsWith($"test: embedding of 'a': found {bytes.Length / 2} bytes", fault.Message);
    }

    [Fact]
    public void Read_NumberThatIsNotFinite_IsRefused()
    {
        var bytes = EmbeddingCodec.Write(Sample with { Vector = new[] { float.NaN } });
        Assert.Throws<InvalidInputException>(() => EmbeddingCodec.Read("member", "a", bytes, "test"));
    }
}
