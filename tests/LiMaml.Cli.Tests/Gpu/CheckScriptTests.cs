using LiMaml.Cli.Tests.Structure;

namespace LiMaml.Cli.Tests.Gpu;

/// <summary><c>tests/Gpu/check.sh</c>, as far as a machine without a GPU can run it.</summary>
public sealed class CheckScriptTests : IDisposable
{
    private const string Script = "tests/Gpu/check.sh";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Check_WithoutAGpu_SaysSoWithAnExitCodeOfItsOwn()
    {
        Assert.SkipWhen(File.Exists("/dev/nvidiactl"), "this machine has a GPU");
        var run = Run();
        Assert.Equal((3, "No GPU here (nvidia-smi finds none): nothing was checked."), (run.ExitCode, run.Output.Trim()));
    }

    [Theory]
    [InlineData("found '--gpu', expected an option", "--gpu")]
    [InlineData("--device: found 'gpu', expected cuda or cuda:N", "--device", "gpu")]
    [InlineData("--work needs a value", "--work")]
    [InlineData("found no folder nowhere", "--app", "nowhere")]
    public void Check_WrongArguments_NamesThem(string message, params string[] arguments)
    {
        var run = Run(arguments);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_Rehearsed_RunsAllChecksOnTheProcessor()
    {
        // The tests' own output holds the command line; its libtorch stands for one that is installed elsewhere.
        var libtorch = Directory.EnumerateFiles(AppContext.BaseDirectory, "libtorch_cpu.so", SearchOption.AllDirectories).FirstOrDefault();
        Assert.SkipUnless(libtorch is not null, "the script is for Linux");
        var run = Run("--rehearse", "--app", AppContext.BaseDirectory, "--libtorch", Path.GetDirectoryName(libtorch)!, "--work", folder["work"]);

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        var lines = File.ReadAllLines(folder["work/report.txt"]);
        Assert.StartsWith("libtorch: ", lines[0], StringComparison.Ordinal);
        Assert.Equal(5, lines.Count(line => line.StartsWith("ok       ", StringComparison.Ordinal)));
        Assert.Contains("not run  cuda, CUDA graphs, tensorrt: a rehearsal", lines);
        Assert.Equal("5 passed, 0 failed, 1 not run", lines[^1]);
    }

    private static (int ExitCode, string Output, string Error) Run(params string[] arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the script needs a Unix shell");
        return Repository.Run("bash", [Script, .. arguments]);
    }
}
