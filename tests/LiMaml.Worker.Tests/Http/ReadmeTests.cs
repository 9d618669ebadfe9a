using System.Text;
using System.Text.Json.Nodes;
using LiMaml.Runtime.Tests.Samples;

namespace LiMaml.Worker.Tests.Http;

public sealed class ReadmeTests
{
    [Fact]
    public async Task Infer_RequestOfTheReadme_GetsTheResponseOfTheReadme()
    {
        var example = Readme().Split("<!-- example: infer -->")[1];
        var request = example.Split("-d '")[1].Split("'\n```")[0];
        var response = example.Split("```json\n")[1].Split("\n```")[0];
        await using var host = await InferenceHost.StartAsync(TestModel.Exact);
        var bundle = await host.Serving.ServeAsync(1, "m1");

        var (status, body) = await host.PostAsync("v2/models/limaml/infer", new StringContent(request, Encoding.UTF8, "application/x-www-form-urlencoded"));

        Assert.Equal(200, status);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(response.Replace("BUNDLE", bundle.BundleId, StringComparison.Ordinal)), body), body!.ToJsonString());
    }

    private static string Readme()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "LiMaml.sln")))
        {
            root = root.Parent!;
        }

        return File.ReadAllText(Path.Combine(root.FullName, "runtime", "README.md")).ReplaceLineEndings("\n");
    }
}
