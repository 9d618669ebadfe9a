using System.Globalization;
using System.Text.Json.Nodes;
using DuckDB.NET.Data;
using LiMaml.Cli.Tests.Handoff;
using LiMaml.Export;
using LiMaml.Models.Datasets;
using LiMaml.Models.Snapshots;
using LiMaml.Models.Specs;
using LiMaml.Training.Handoff;

namespace LiMaml.Cli.Tests.Examples;

/// <summary>A package, members with longer and shorter histories and none, and what <c>limaml embed</c> and <c>score</c> make of them.</summary>
public class ServedScene : IAsyncLifetime
{
    private static readonly (string Name, int History, int Rows)[] Members = [("Müller", 5, 2), ("ann", 20, 3), ("bob", 1, 1), ("cold", 0, 2)];

    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<string, float[]> embeddings = [];
    private readonly Dictionary<string, List<(double Logit, double Probability)>> scores = [];

    /// <summary>Its meta block.</summary>
    private protected virtual MetaBlockSpec Block => SampleCheckpoint.DefaultSpec.MetaBlocks[0];

    public static TheoryData<string> Names => [.. Members.Select(member => member.Name)];

    public string Package => folder["package"];

    /// <summary>The snapshot as lines of JSON, as the examples' guide makes them.</summary>
    public string Stored => folder["embeddings.ndjson"];

    public string Request(string member, bool withHistory) => folder[$"{member}-{withHistory}.json"];

    /// <summary>The meta embedding of a member with history.</summary>
    public float[]? Embedding(string member) => embeddings.GetValueOrDefault(member);

    public IReadOnlyList<(double Logit, double Probability)> Scores(string member) => scores[member];

    public async ValueTask InitializeAsync()
    {
        var spec = SampleCheckpoint.DefaultSpec;
        var checkpoint = SampleCheckpoint.Of(spec with
        {
            MetaBlocks = [Block],
            Global = spec.Global with { Interaction = Interaction.ConcatenationAndBilinear, ItemFeatures = ["item", "raw", "genres"] },
            FineTuning = spec.FineTuning with { HalfLife = 4 },
        });
        ModelExporter.Export(checkpoint, HandoffRecorder.Record(checkpoint), Package);
        var random = new Random(11);
        var history = Members.SelectMany(member => Enumerable.Range(0, member.History).Select(_ => RawRow.Draw(member.Name, random))).ToList();
        var rows = Members.SelectMany(member => Enumerable.Range(0, member.Rows).Select(_ => RawRow.Draw(member.Name, random))).ToList();
        await WriteDatasetAsync(history, rows);
        foreach (var (name, _, _) in Members)
        {
            WriteRequests(name, history.Index().Where(row => row.Item.Member == name), rows.Where(row => row.Member == name));
        }

        await CommandRun.SucceedAsync("embed", "--package", Package, "--dataset", folder["dataset"], "--task", "member", "--out", folder["embeddings.parquet"]);
        await CommandRun.SucceedAsync("score", "--package", Package, "--dataset", folder["dataset"], "--snapshot", folder["embeddings.parquet"], "--out", folder["scores.csv"]);
        await ReadResultsAsync();
        WriteStored();
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private async Task WriteDatasetAsync(List<RawRow> history, List<RawRow> rows)
    {
        await using var writer = DatasetWriter.Create(folder["dataset"], SampleSchema.Binary);
        await writer.AppendAsync("member", Split.Train, RawRow.Encode(history, [.. history.Select(row => row.Member)], 0));
        await writer.AppendAsync("member", Split.Test, RawRow.Encode(rows, [.. rows.Select(row => row.Member)], history.Count));
        await writer.AppendAsync("item", Split.Train, RawRow.Encode(history, [.. history.Select(_ => "any")], 0));
        await writer.CompleteAsync("{}");
    }

    private void WriteRequests(string member, IEnumerable<(int Index, RawRow Row)> history, IEnumerable<RawRow> rows)
    {
        foreach (var withHistory in new[] { true, false })
        {
            var request = new JsonObject { ["key"] = member, ["rows"] = new JsonArray([.. rows.Select(row => (JsonNode?)row.Features())]) };
            if (withHistory)
            {
                request["history"] = new JsonArray([.. history.Select(sample => (JsonNode?)new JsonObject
                {
                    ["label"] = sample.Row.Label,
                    ["weight"] = sample.Row.Weight,
                    ["time"] = RawRow.Time(sample.Index) / 1e6,
                    ["features"] = sample.Row.Features(),
                })]);
            }

            File.WriteAllText(Request(member, withHistory), request.ToJsonString());
        }
    }

    private async Task ReadResultsAsync()
    {
        using var snapshot = await SnapshotReader.OpenAsync(folder["embeddings.parquet"]);
        var size = snapshot.Info.EmbeddingSize;
        await foreach (var stored in snapshot.ReadAsync())
        {
            for (var row = 0; row < stored.RowCount; row++)
            {
                embeddings.Add(stored.Keys[row], stored.Embeddings[(row * size)..((row + 1) * size)]);
            }
        }

        foreach (var line in File.ReadLines(folder["scores.csv"]).Skip(1).Select(line => line.Split(',')))
        {
            scores.TryAdd(line[0], []);
            scores[line[0]].Add((double.Parse(line[4], CultureInfo.InvariantCulture), double.Parse(line[5], CultureInfo.InvariantCulture)));
        }
    }

    private void WriteStored()
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = ExampleGuide.StatementForStoredEmbeddings
            .Replace("'embeddings.parquet'", $"'{folder["embeddings.parquet"]}'", StringComparison.Ordinal)
            .Replace("'embeddings.ndjson'", $"'{Stored}'", StringComparison.Ordinal);
        command.ExecuteNonQuery();
    }
}

/// <summary>The same of a transformer.</summary>
public sealed class ServedSequences : ServedScene
{
    private protected override MetaBlockSpec Block => base.Block with
    {
        Kind = MetaBlockKind.Transformer,
        Transformer = new TransformerSpec { Width = 12, FeedForward = 10, Depth = 2, Sequence = ["item", "member"] },
    };
}
