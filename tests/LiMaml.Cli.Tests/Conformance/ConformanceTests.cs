using LiMaml.Cli.Runtimes;
using LiMaml.Models;

namespace LiMaml.Cli.Tests.Conformance;

/// <summary>Packages in runtimes that share no code with LiMaml's own path: every kind of model computes there what was trained.</summary>
public sealed class ConformanceTests(SamplePackages packages) : IClassFixture<SamplePackages>
{
    private const string SmallRuntime = "opencv";
    private const string Web = "onnxruntime-web";
    private const string OldChecker = "onnx-checker"; // Debian 12's ends at opset 17

    public static TheoryData<string> Runtimes => [OwnRuntime.Word, .. ForeignRuntime.All.Select(runtime => runtime.Name)];

    [Fact]
    public Task Verify_EverySample_ComputesWhatWasTrained() => VerifyAsync(packages.Default, "default", SmallRuntime);

    [Fact]
    public Task Verify_EverySampleForTheWidestChoice_ComputesWhatWasTrained() => VerifyAsync(packages.Widest, "widest", SmallRuntime, Web);

    [Fact]
    public Task Verify_EverySampleOfNumbersForTheWidestChoice_ComputesWhatWasTrained() => VerifyAsync(packages.Numbers, "widest-numbers");

    [Fact]
    public Task Verify_SamplesInTheLatestVersions_ComputeWhatWasTrained() => VerifyAsync(packages.Latest, "latest", SmallRuntime, OldChecker);

    [Theory]
    [MemberData(nameof(Runtimes))]
    public async Task Verify_OfAChangedWeight_ExitsWith1(string runtime)
    {
        TestRuntimes.Require(runtime);
        using var folder = new TemporaryFolder();
        var (package, weight) = SamplePackages.Fresh(folder);
        await CommandRun.SucceedAsync("verify", "--package", package, "--runtime", runtime);
        DamagedPackage.ChangeWeight(package, weight);

        var run = await CommandRun.OfAsync("verify", "--package", package, "--runtime", runtime);

        Assert.True(run.ExitCode == ExitCodes.Failure, run.Output + run.Error);
        Assert.Contains("does NOT compute what was trained", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"graph 'global', output 'logit': \d\.\de-0\d in case '(one|many)', allowed", run.Output);
    }

    [Theory]
    [MemberData(nameof(Runtimes))]
    public async Task Verify_OfHalfAGraph_Fails(string runtime)
    {
        TestRuntimes.Require(runtime);
        using var folder = new TemporaryFolder();
        var (package, _) = SamplePackages.Fresh(folder);
        DamagedPackage.Truncate(package);

        var run = await CommandRun.OfAsync("verify", "--package", package, "--runtime", runtime);

        Assert.NotEqual(ExitCodes.Success, run.ExitCode);
        Assert.Matches("graph 'global': |global/1/model.onnx: ", run.Output + run.Error);
    }

    [Fact]
    public async Task Verify_WhereARuntimeServesNoGraph_Fails()
    {
        TestRuntimes.Require(SmallRuntime);

        var run = await CommandRun.OfAsync("verify", "--package", packages.Default[0], "--runtime", SmallRuntime);

        Assert.Equal(ExitCodes.Failure, run.ExitCode);
        Assert.Contains("looks up no categories", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("onnxruntime-web", "npm ci --prefix ")]
    [InlineData("opencv", "apt-get install python3-opencv")]
    public async Task Verify_WithoutTheProgram_SaysHowToInstallIt(string name, string install)
    {
        using var folder = new TemporaryFolder();
        var runtime = ForeignRuntime.All.Single(runtime => runtime.Name == name) with { SearchPath = folder.Path };

        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => runtime.VerifyAsync([packages.Numbers[0]], null, TestContext.Current.CancellationToken));

        Assert.Contains($"--runtime {name}: no '{runtime.Program}' on the PATH", fault.Message, StringComparison.Ordinal);
        Assert.Contains(install, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_OfAnUnknownRuntime_NamesTheKnown()
    {
        var run = await CommandRun.OfAsync("verify", "--package", packages.Numbers[0], "--runtime", "abacus");

        Assert.Equal(ExitCodes.InvalidInput, run.ExitCode);
        Assert.Contains("found 'abacus', expected some of onnxruntime, onnxruntime-web, opencv, onnx-checker", run.Error, StringComparison.Ordinal);
    }

    private static async Task VerifyAsync(IReadOnlyList<string> folders, string profile, params string[] unfit)
    {
        var run = await CommandRun.OfAsync(["verify", "--package", .. folders, "--runtime", OwnRuntime.Word, .. TestRuntimes.Installed.Except(unfit)]);

        TestRuntimes.Report($"conformance-{profile}.txt", run.Output + run.Error);
        Assert.True(run.ExitCode == ExitCodes.Success, run.Output + run.Error);
    }
}
