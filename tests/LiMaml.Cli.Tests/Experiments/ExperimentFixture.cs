namespace LiMaml.Cli.Tests.Experiments;

/// <summary>A small dataset with two task definitions and a small model, on which every experiment runs; they share the runs.</summary>
public sealed class ExperimentFixture : IAsyncLifetime
{
    private const string Small =
        """
        {
          "metaBlock": { "task": "member", "features": ["country", "tenure_days"], "featureEmbeddingSize": 2, "layers": [{ "size": 4 }], "embeddingSize": 3 },
          "global": { "features": ["item_id", "topic", "type", "item_log_odds"], "featureEmbeddingSize": 3, "layers": [{ "size": 4 }], "interaction": "bilinear", "itemFeatures": ["item_id", "topic"] },
          "innerLoop": { "steps": 2, "supportCapacity": 16 }
        }
        """;

    private readonly TemporaryFolder folder = new();

    public string Dataset => folder["dataset"];

    public string Out => folder["out"];

    public string Configuration { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Configuration = folder.File("train.json", Small);
        await CommandRun.SucceedAsync("prepare", "--source", "synthetic", "--rows", "1000", "--days", "30", "--member-type-tasks", "--out", Dataset);
    }

    /// <summary>Arguments of an experiment on the dataset.</summary>
    public string[] Arguments(string name, params string[] others) => ["experiment", name, "--dataset", Dataset, "--config", Configuration, "--out", Out, .. others];

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
