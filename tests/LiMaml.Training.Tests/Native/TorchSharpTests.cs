using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Native;

public sealed class TorchSharpTests
{
    [Fact]
    public void Backward_OfMatrixProduct_GivesHandComputedGradient()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 1, 2, 3, 4 }, [2, 2]);
        var w = tensor(new float[] { 1, -1, 0.5f, 2 }, [2, 2], requires_grad: true);

        var product = x.matmul(w);
        product.sum().backward();

        Assert.Equal([2f, 3f, 5f, 5f], product.data<float>().ToArray());
        Assert.Equal([4f, 4f, 6f, 6f], w.grad!.data<float>().ToArray());
    }
}
