using System.Text.Json.Nodes;
using LiMaml.Cli.Runtimes;
using LiMaml.Cli.Tests.Conformance;
using LiMaml.Cli.Tests.Structure;

namespace LiMaml.Cli.Tests.Examples;

/// <summary>The clients of models/examples compute, from a package and raw values alone, what <c>limaml embed</c> and <c>limaml score</c> do.</summary>
public sealed class ExampleTests(ServedScene scene, ServedSequences sequences) : IClassFixture<ServedScene>, IClassFixture<ServedSequences>
{
    private const double Tolerance = 1e-5;

    public static TheoryData<string> Members => ServedScene.Names;

    [Theory]
    [MemberData(nameof(Members))]
    public Task Python_WithoutOnnxRuntimeItself_ServesAsTheCommandsDo(string member) => CheckAsync(member, PythonAsync);

    [Theory]
    [MemberData(nameof(Members))]
    public Task JavaScript_OnWebAssembly_ServesAsTheCommandsDo(string member) => CheckAsync(member, JavaScriptAsync);

    [Theory]
    [MemberData(nameof(Members))]
    public Task CSharp_OnOnnxRuntime_ServesAsTheCommandsDo(string member) => CheckAsync(member, CSharpAsync);

    [Fact]
    public void Guide_Excerpts_StandInTheExamples()
    {
        Assert.True(ExampleGuide.Excerpts.Count() >= 4);
        Assert.All(ExampleGuide.Excerpts, excerpt =>
        {
            var lines = Repository.Read($"{ExampleGuide.Folder}/{excerpt.File}").Split('\n').Select(line => line.Trim()).ToHashSet();
            Assert.All(excerpt.Code.Split('\n').Select(line => line.Trim()), line => Assert.Contains(line, lines));
        });
    }

    [Fact]
    public void JavaScript_Dependencies_AreThoseThatConformanceLocks()
    {
        JsonNode Dependencies(string path) => JsonNode.Parse(Repository.Read(path))!["dependencies"]!;

        Assert.True(JsonNode.DeepEquals(Dependencies("runtime/conformance/web/package.json"), Dependencies($"{ExampleGuide.Folder}/javascript/package.json")));
    }

    [Fact]
    public void CSharp_Project_KnowsOnnxRuntimeAndNothingOfLiMaml()
    {
        var project = ProjectFile.All.Single(project => project.IsExample);

        Assert.Empty(project.Projects);
        Assert.Equal(["Microsoft.ML.OnnxRuntime"], project.Document.Descendants("PackageReference").Select(reference => reference.Attribute("Include")!.Value));
    }

    /// <summary>With history: it adapts, or takes the unadapted embedding where there is none. Without: it takes the stored one.</summary>
    private async Task CheckAsync(string member, Func<string[], Task<ChildProgram>> run)
    {
        foreach (var served in new[] { scene, sequences })
        {
            Check(served, member, await run([served.Package, served.Request(member, withHistory: true)]));
            Check(served, member, await run([served.Package, served.Request(member, withHistory: false), served.Stored]));
        }
    }

    private static void Check(ServedScene scene, string member, ChildProgram run)
    {
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        var answer = JsonNode.Parse(run.Output)!;
        var expected = scene.Scores(member);
        AssertClose(scene.Embedding(member)?.Select(number => (double)number), answer["metaEmbedding"]);
        AssertClose(expected.Select(score => score.Logit), answer["scores"]!["logit"]);
        AssertClose(expected.Select(score => score.Probability), answer["scores"]!["probability"]);
    }

    private static void AssertClose(IEnumerable<double>? expected, JsonNode? actual)
    {
        double[]? numbers = actual is null ? null : [.. actual.AsArray().Select(number => number!.GetValue<double>())];
        Assert.Equal(expected?.Count(), numbers?.Length);
        Assert.All((expected ?? []).Zip(numbers ?? []), pair => Assert.InRange(Math.Abs(pair.First - pair.Second) / Math.Max(1, Math.Abs(pair.First)), 0, Tolerance));
    }

    private static async Task<ChildProgram> PythonAsync(string[] arguments)
    {
        TestRuntimes.Require("onnx-checker");
        string Of(string path) => Path.Combine(Repository.Root, path);
        string[] all = [Of("tests/LiMaml.Cli.Tests/Examples/serve_with_interpreter.py"), Of($"{ExampleGuide.Folder}/python"), Of("runtime/conformance"), .. arguments];
        foreach (var python in ChildProgram.OnPath("python3", Environment.GetEnvironmentVariable("PATH")!))
        {
            if (await ChildProgram.RunAsync(python, all, TestContext.Current.CancellationToken) is { ExitCode: not 3 } run)
            {
                return run;
            }
        }

        throw new InvalidOperationException("no python3 has onnx");
    }

    private static async Task<ChildProgram> JavaScriptAsync(string[] arguments)
    {
        TestRuntimes.Require("onnxruntime-web");
        using var folder = new TemporaryFolder();
        foreach (var file in new[] { "package.json", "serve.js" })
        {
            folder.File(file, Repository.Read($"{ExampleGuide.Folder}/javascript/{file}"));
        }

        Directory.CreateSymbolicLink(folder["node_modules"], Environment.GetEnvironmentVariable("NODE_PATH")!);
        try
        {
            return await ChildProgram.RunAsync(
                ChildProgram.OnPath("node", Environment.GetEnvironmentVariable("PATH")!).First(), [folder["serve.js"], .. arguments], TestContext.Current.CancellationToken);
        }
        finally
        {
            Directory.Delete(folder["node_modules"]); // the link, before the folder goes with all that is in it
        }
    }

    private static Task<ChildProgram> CSharpAsync(string[] arguments) => ChildProgram.RunAsync(
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Path.Combine(AppContext.BaseDirectory, "serve-example.dll"), .. arguments], TestContext.Current.CancellationToken);
}
