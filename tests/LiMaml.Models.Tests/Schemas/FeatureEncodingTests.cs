using LiMaml.Models.Schemas;

namespace LiMaml.Models.Tests.Schemas;

public sealed class FeatureEncodingTests
{
    [Theory]
    [InlineData("a", 1)]
    [InlineData("b", 2)]
    [InlineData("A", 0)]
    [InlineData("c", 0)]
    [InlineData("", 0)]
    public void Index_Vocabulary_IsPositionPlusOne(string value, int index) =>
        Assert.Equal(index, FeatureEncoding.For(new CategoricalFeature("x", ["a", "b"])).Index(value));

    // Vectors published with the hash's definition.
    [Theory]
    [InlineData("", 0xcbf29ce484222325)]
    [InlineData("a", 0xaf63dc4c8601ec8c)]
    [InlineData("foobar", 0x85944171f73967e8)]
    public void Hash_KnownText_IsFnv1a(string value, ulong hash) => Assert.Equal(hash, FeatureEncoding.Hash(value));

    [Fact]
    public void Hash_LongText_EqualsItsDefinition()
    {
        var text = new string('é', 500);
        var expected = 14695981039346656037UL;
        foreach (var octet in System.Text.Encoding.UTF8.GetBytes(text))
        {
            expected = unchecked((expected ^ octet) * 1099511628211UL);
        }

        Assert.Equal(expected, FeatureEncoding.Hash(text));
    }

    [Fact]
    public void Index_Hashed_IsOnePlusHashModuloBuckets()
    {
        var encoding = FeatureEncoding.For(new CategoricalFeature("x", HashBuckets: 10));

        Assert.Equal(1 + (int)(0x85944171f73967e8UL % 10), encoding.Index("foobar"));
        Assert.Equal(0, encoding.Index(""));
    }

    [Fact]
    public void AppendIndices_RepeatedUnknownAndTooMany_KeepsTheFirstKnownOnes()
    {
        var encoding = FeatureEncoding.For(new MultiValuedFeature("x", ["a", "b", "c", "d"], null, 3));
        var indices = new List<int> { 2 };

        Assert.Equal(3, encoding.AppendIndices(["b", "?", "b", "", "d", "a", "c"], indices));
        Assert.Equal([2, 2, 4, 1], indices);
    }
}
