using LiMaml.Models;
using LiMaml.Models.Packages;
using LiMaml.Runtime.Graphs;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Runtime.Verification;

namespace LiMaml.Runtime.Tests.Graphs;

public sealed class SessionFactoryTests : IDisposable
{
    private readonly TestFolder folder = new();
    private readonly ModelPackage package;

    public SessionFactoryTests() => package = TestModel.Package(TestModel.Exact, folder["package"]);

    private ProviderChoice Choice(GraphOptions options)
    {
        using var session = GraphSession.Open(package, package.Global, options);
        Assert.SkipUnless(session.Provider.InUse == ExecutionProvider.Cpu, "this build has a GPU provider, and the machine a GPU");
        return session.Provider;
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Open_ProvidersThatThisMachineLacks_TakesTheProcessorAndSaysWhatWasPassedOver()
    {
        var choice = Choice(new GraphOptions { Providers = GraphOptions.FastestFirst });
        Assert.Equal(["TensorRt", "Cuda"], choice.PassedOver.Select(other => other.What));
        Assert.All(choice.PassedOver, other => Assert.NotEqual("", other.Reason));
        Assert.Equal("Cpu", $"{choice}");
    }

    [Fact]
    public void Open_ProcessorFirst_PassesNothingOver() =>
        Assert.Empty(Choice(new GraphOptions { Providers = [ExecutionProvider.Cpu, ExecutionProvider.Cuda] }).PassedOver);

    [Fact]
    public void Open_ProviderNamedTwice_IsTriedOnce() =>
        Assert.Single(Choice(new GraphOptions { Providers = [ExecutionProvider.Cuda, ExecutionProvider.Cuda] }).PassedOver);

    [Fact]
    public void Open_TensorRtWithoutTf32_SaysHowToSwitchItOff()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("NVIDIA_TF32_OVERRIDE") != "0", "TF32 is off for this process");
        var reason = Choice(new GraphOptions { Providers = [ExecutionProvider.TensorRt] }).PassedOver[0].Reason;
        var allowed = Choice(new GraphOptions { Providers = [ExecutionProvider.TensorRt], Tf32 = true }).PassedOver[0].Reason;
        Assert.DoesNotContain("NVIDIA_TF32_OVERRIDE", allowed, StringComparison.Ordinal);
        Assert.True(reason == allowed || reason.Contains("NVIDIA_TF32_OVERRIDE=0", StringComparison.Ordinal), reason);
    }

    [Fact]
    public void Open_CudaGraphsOnTheProcessor_SaysThatThereAreNone()
    {
        var choice = Choice(new GraphOptions { Providers = [ExecutionProvider.Cuda], CudaGraphs = 4 });
        Assert.Equal(new PassedOver("CUDA graphs", "the provider in use is Cpu, not Cuda"), choice.PassedOver[^1]);
    }

    [Fact]
    public void Open_RequiredGpuThatIsNotThere_NamesEachProviderAndItsReason()
    {
        var options = new GraphOptions { Providers = GraphOptions.FastestFirst };
        var passedOver = Choice(options).PassedOver;
        var fault = Assert.Throws<InvalidInputException>(() => GraphSession.Open(package, package.Global, options with { RequireGpu = true }));
        Assert.Equal($"GPU: found none that can be used: {passedOver[0]}, {passedOver[1]}, expected one of TensorRt, Cuda, since a GPU is required.", fault.Message);
    }

    [Fact]
    public void Open_FileThatIsNoModelForAGpu_IsRefusedAsOnTheProcessor()
    {
        File.WriteAllText(folder["model.onnx"], "no model");
        var fault = Assert.Throws<InvalidInputException>(() => SessionFactory.Open(folder["model.onnx"], new GraphOptions { Providers = GraphOptions.FastestFirst }, out _));
        Assert.Contains("ONNX Runtime does not accept this model", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_ProvidersThatThisMachineLacks_ReportsThemOnce()
    {
        var recorded = TestModel.Recorded(TestModel.Exact, folder["recorded"]);
        var report = Verifier.Verify(recorded.Folder, options: new GraphOptions { Providers = [ExecutionProvider.Cuda] });
        Assert.SkipUnless(report.Provider.InUse == ExecutionProvider.Cpu, "this build has a GPU provider, and the machine a GPU");
        Assert.True(report.Passed);
        Assert.Equal("Cuda", Assert.Single(report.Provider.PassedOver).What);
    }
}
