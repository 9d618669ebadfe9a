using LiMaml.Training.Tensors;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Tensors;

public sealed class AlignedTensorTests
{
    private const int Rounds = 100; // .NET puts half of all arrays at addresses that 16 does not divide
    private const int Length = 300;

    public static TheoryData<string> Makers => ["aligned", "constant"];

    [Theory]
    [MemberData(nameof(Makers))]
    public void Of_TheSameValuesAtAnyAddress_GivesTheSameProductsToTheLastBit(string maker)
    {
        var random = new Random(1);
        float[] vector = [.. Enumerable.Range(0, Length).Select(_ => random.NextSingle() - 0.5f)];
        var algebra = new TorchAlgebra(CPU);
        var products = new HashSet<float>();
        for (var round = 0; round < Rounds; round++)
        {
            GC.KeepAlive(new byte[1 + (round % 16)]); // moves the next array's address
            using var scope = NewDisposeScope();
            var values = (float[])vector.Clone();
            var made = maker is "constant" ? algebra.Constant(values, 1, Length) : AlignedTensor.Of(values, [1, Length]);
            products.Add(made.mv(AlignedTensor.Of(vector, [Length])).item<float>());
        }

        Assert.Single(products);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Of_Values_GivesThemInTheShapeAndPrecisionAskedFor(ScalarType precision)
    {
        using var made = AlignedTensor.Of([1, 2, 3, 4, 5, 6], [2, 3], precision);

        Assert.Equal([2, 3], made.shape);
        Assert.Equal(precision, made.dtype);
        Assert.Equal(6, made[1, 2].to_type(ScalarType.Float32).item<float>());
    }
}
