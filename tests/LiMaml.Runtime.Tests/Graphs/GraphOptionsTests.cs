using LiMaml.Models;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Tests.Graphs;

public sealed class GraphOptionsTests
{
    public static TheoryData<GraphOptions, string> Refused => new()
    {
        { new GraphOptions { ThreadCount = -1 }, "ThreadCount: found -1, expected 0 (one for each processor) to 1024." },
        { new GraphOptions { DeviceIndex = -1 }, "DeviceIndex: found -1, expected 0 to 1023." },
        { new GraphOptions { CudaGraphs = 1025 }, "CudaGraphs: found 1025, expected 0 (none) to 1024 shapes." },
        { new GraphOptions { Providers = [(ExecutionProvider)9] }, "Providers: found 9, expected Cpu, Cuda or TensorRt." },
        { new GraphOptions { RequireGpu = true }, "RequireGpu: found true with no provider, expected TensorRt or Cuda as the first of Providers." },
        {
            new GraphOptions { RequireGpu = true, Providers = [ExecutionProvider.Cpu, ExecutionProvider.Cuda] },
            "RequireGpu: found true with the providers Cpu, Cuda, expected TensorRt or Cuda as the first of Providers."
        },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Validate_ValueOutOfRange_NamesTheOption(GraphOptions options, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidInputException>(() => options.Validate()).Message);

    [Fact]
    public void Validate_RequiredGpuWithItsProviders_IsAccepted() =>
        new GraphOptions { RequireGpu = true, Providers = GraphOptions.FastestFirst }.Validate();
}
