using LiMaml.Training.Tensors;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Tensors;

/// <summary>TorchSharp's numbers are objects that the collector frees: one that nothing refers to is gone before native code reads it.</summary>
public sealed class TorchAlgebraTests
{
    private const int Rounds = 5_000; // one in some ten thousand failed while a number was left to the collector

    private static readonly TorchAlgebra Algebra = new(CPU);

    public static TheoryData<string> Operations => [.. Named.Keys];

    private static Dictionary<string, (Func<Tensor, Tensor, Tensor> Of, float Expected)> Named { get; } = new()
    {
        ["add"] = (Algebra.Add, 5),
        ["subtract"] = (Algebra.Subtract, 1),
        ["scale"] = ((a, _) => Algebra.Scale(a, 0.5), 1.5f),
        ["positive"] = ((a, _) => Algebra.Positive(a), 1),
        ["is present"] = ((a, _) => Algebra.IsPresent(a), 1),
        ["softplus"] = ((a, _) => Algebra.Softplus(a), 3.0485873f),
    };

    [Theory]
    [MemberData(nameof(Operations))]
    public void Operation_WhileGarbageIsCollected_GivesItsValue(string operation)
    {
        using var collecting = new Collecting();
        var (of, expected) = Named[operation];
        using var a = tensor([3f], [1L]);
        using var b = tensor([2f], [1L]);
        for (var round = 0; round < Rounds; round++)
        {
            using var scope = NewDisposeScope();
            Assert.Equal(expected, of(a, b).item<float>(), 1e-6f);
        }
    }
}
