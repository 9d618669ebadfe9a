using System.Text.Json;

namespace LiMaml.Cli.Tests.Structure;

/// <summary><c>-p:LiMamlAccelerator=cuda</c> exchanges packages and touches nothing else.</summary>
public sealed class AcceleratorTests
{
    [Fact]
    public void Cuda_OfTraining_ReplacesTorchOnly()
    {
        var (cpu, cuda) = Evaluate("training/LiMaml.Training/LiMaml.Training.csproj");

        Assert.Equal(["TorchSharp-cuda-linux"], cuda.Packages.Except(cpu.Packages));
        var replaced = cpu.Packages.Except(cuda.Packages).ToArray();
        Assert.Contains("TorchSharp", replaced);
        Assert.All(replaced, package => Assert.True(package == "TorchSharp" || package.StartsWith("libtorch-cpu-", StringComparison.Ordinal), package));
        Assert.Equal(cpu.Rest, cuda.Rest);
    }

    [Fact]
    public void Cuda_OfRuntime_ReplacesOnnxRuntimeOnly()
    {
        var (cpu, cuda) = Evaluate("runtime/LiMaml.Runtime/LiMaml.Runtime.csproj");

        Assert.Equal(["Microsoft.ML.OnnxRuntime.Gpu"], cuda.Packages.Except(cpu.Packages));
        Assert.Equal(["Microsoft.ML.OnnxRuntime"], cpu.Packages.Except(cuda.Packages));
        Assert.Equal(cpu.Rest, cuda.Rest);
    }

    [Fact]
    public void Accelerator_InOtherProjects_IsNotMentioned() =>
        Assert.Equal(["LiMaml.Runtime", "LiMaml.Training"],
            ProjectFile.All.Where(project => project.Document.ToString().Contains("LiMamlAccelerator", StringComparison.Ordinal)).Select(project => project.Name).Order());

    private static (Evaluation Cpu, Evaluation Cuda) Evaluate(string project) => (Evaluate(project, "cpu"), Evaluate(project, "cuda"));

    private static Evaluation Evaluate(string project, string accelerator)
    {
        var (exitCode, output, error) = Repository.Run(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", "msbuild", project, "-p:LiMamlAccelerator=" + accelerator,
            "-getItem:PackageReference", "-getItem:ProjectReference", "-getItem:Compile",
            "-getProperty:DefineConstants", "-getProperty:TargetFramework", "-getProperty:RuntimeIdentifier");
        Assert.True(exitCode == 0, output + error);

        using var json = JsonDocument.Parse(output);
        var items = json.RootElement.GetProperty("Items");
        return new Evaluation(
            Identities(items, "PackageReference"),
            [.. Identities(items, "ProjectReference"), .. Identities(items, "Compile"), json.RootElement.GetProperty("Properties").ToString()]);
    }

    private static string[] Identities(JsonElement items, string kind) =>
        [.. items.GetProperty(kind).EnumerateArray().Select(item => item.GetProperty("Identity").GetString()!)];

    private sealed record Evaluation(string[] Packages, string[] Rest);
}
