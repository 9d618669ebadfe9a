using System.CommandLine;
using LiMaml.Cli.Arguments;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Cli.Tests.Arguments;

public sealed class GraphArgumentsTests
{
    public static TheoryData<string, ExecutionProvider[], int> Words => new()
    {
        { "cpu", [], 0 },
        { "auto", [ExecutionProvider.TensorRt, ExecutionProvider.Cuda, ExecutionProvider.Cpu], 0 },
        { "cuda", [ExecutionProvider.Cuda], 0 },
        { "CUDA:1", [ExecutionProvider.Cuda], 1 },
        { "tensorrt:3", [ExecutionProvider.TensorRt, ExecutionProvider.Cuda], 3 },
    };

    [Theory]
    [MemberData(nameof(Words))]
    public void Read_Provider_IsItsOrderAndDevice(string word, ExecutionProvider[] providers, int device)
    {
        var options = Read("--provider", word);
        Assert.Equal(providers, options.Providers);
        Assert.Equal(device, options.DeviceIndex);
        Assert.False(options.RequireGpu);
    }

    [Fact]
    public void Read_Nothing_IsTheProcessorAlone() => Assert.Equal(new GraphOptions(), Read() with { Providers = new GraphOptions().Providers });

    [Fact]
    public void Read_RequiredGpuAlone_TriesAllProvidersOfOne()
    {
        var options = Read("--require-gpu", "--cuda-graphs", "8", "--threads", "2");
        Assert.Equal(GraphOptions.FastestFirst, options.Providers);
        Assert.Equal((true, 8, 2), (options.RequireGpu, options.CudaGraphs, options.ThreadCount));
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cpu:1")]
    [InlineData("cuda:")]
    [InlineData("cuda:1024")]
    public void Read_AnotherWord_NamesTheChoices(string word)
    {
        var fault = Assert.Single(Parse("--provider", word).Result.Errors);
        Assert.Equal($"--provider: found '{word}', expected cpu, auto, cuda, tensorrt, cuda:N or tensorrt:N.", fault.Message);
    }

    private static GraphOptions Read(params string[] args)
    {
        var (arguments, result) = Parse(args);
        Assert.Empty(result.Errors);
        return arguments.Read(result);
    }

    private static (GraphArguments Arguments, ParseResult Result) Parse(params string[] args)
    {
        var arguments = new GraphArguments();
        var command = new Command("test");
        arguments.All.ToList().ForEach(command.Add);
        return (arguments, command.Parse(args));
    }
}
