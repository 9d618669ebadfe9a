using System.Globalization;

namespace LiMaml.Cli.Tests;

/// <summary>A user's own table of clicks with its source schema, which tests spoil as they need.</summary>
internal sealed class Clicks : IDisposable
{
    private const string Schema =
        """
        {
          "name": "clicks",
          "interactions": { "path": "clicks.csv" },
          "timestamp": { "column": "time", "unit": "seconds" },
          "label": { "column": "label" },
          "features": [ { "kind": "dense", "name": "price" }, { "kind": "categorical", "name": "item" } ],
          "tasks": [ { "name": "member", "keys": ["member"], "metaFeatures": ["price"] } ],
          "split": { "kind": "byTime", "validationFrom": "2023-11-14T22:20:00Z", "testFrom": "2023-11-14T22:23:20Z" }
        }
        """;

    private readonly TemporaryFolder folder = new();

    public string Folder => folder.Path;

    public string Dataset => folder["dataset"];

    /// <summary>Twelve clicks a hundred seconds apart from 2023-11-14T22:13:20Z on: four train, two validation, the rest test.</summary>
    public string Table { get; set; } = "member,item,price,label,time\n" + string.Concat(Enumerable.Range(0, 12).Select(row => string.Create(
        CultureInfo.InvariantCulture, $"m{row % 2},i{row % 3},{row}.5,{(row * 7 / 3) % 2},{1_700_000_000 + (row * 100)}\n")));

    public string SchemaText { get; set; } = Schema;

    /// <summary>Prepares the table as a user would.</summary>
    public Task<CommandRun> PrepareAsync() =>
        CommandRun.OfAsync("prepare", "--schema", WriteSchema(), "--out", Dataset);

    public string WriteSchema()
    {
        folder.File("clicks.csv", Table);
        return folder.File("source.json", SchemaText);
    }

    /// <summary>Preparing is refused with this message, and leaves nothing.</summary>
    public async Task AssertRefusedAsync(params string[] phrases)
    {
        var line = (await PrepareAsync()).AssertRefusal();

        Assert.All(phrases, phrase => Assert.Contains(phrase, line, StringComparison.Ordinal));
        Assert.Equal(["clicks.csv", "source.json"], folder.Names());
    }

    public void Dispose() => folder.Dispose();
}
