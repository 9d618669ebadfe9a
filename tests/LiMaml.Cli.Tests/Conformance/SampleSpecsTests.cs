using LiMaml.Models.Schemas;

namespace LiMaml.Cli.Tests.Conformance;

public sealed class SampleSpecsTests
{
    [Fact]
    public void All_KindsOfFeatures_AreAmongThoseOfTheSampleSchema()
    {
        var kinds = typeof(Feature).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Feature)));

        Assert.Equal(kinds.Order(Comparer), SampleSchema.Binary.Features.Select(feature => feature.GetType()).Distinct().Order(Comparer));
        Assert.Equal(Enum.GetValues<DenseTransform>(), SampleSchema.Binary.Features.OfType<DenseFeature>().Select(feature => feature.Transform).Distinct().Order());
    }

    [Fact]
    public void All_Names_CanBeFolders() =>
        Assert.All(SampleSpecs.All.Keys.Concat(SampleSpecs.Dense.Keys), name => Assert.Matches("^[A-Za-z0-9_-]+$", name));

    private static Comparer<Type> Comparer { get; } = Comparer<Type>.Create((a, b) => string.CompareOrdinal(a.FullName, b.FullName));
}
