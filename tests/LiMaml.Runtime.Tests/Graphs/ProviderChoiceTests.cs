using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Tests.Graphs;

public sealed class ProviderChoiceTests
{
    private static readonly ProviderChoice Cuda = new(ExecutionProvider.Cuda, [new("TensorRt", "no library")]);
    private static readonly ProviderChoice Fallen = new(ExecutionProvider.Cpu, [new("TensorRt", "no library"), new("Cuda", "out of memory")]);

    [Fact]
    public void Least_OneGraphThatFellBackFurther_SpeaksForAll() => Assert.Same(Fallen, ProviderChoice.Least([Cuda, Fallen, Cuda]));

    [Fact]
    public void Least_SameProvider_IsTheOneThatPassedMoreOver()
    {
        var uncaptured = Cuda with { PassedOver = [.. Cuda.PassedOver, new PassedOver("page-locked memory", "none left")] };
        Assert.Same(uncaptured, ProviderChoice.Least([Cuda, uncaptured]));
    }

    [Fact]
    public void PassedOver_AsText_HasTheReasonInBrackets() => Assert.Equal("Cuda (out of memory)", $"{Fallen.PassedOver[1]}");
}
