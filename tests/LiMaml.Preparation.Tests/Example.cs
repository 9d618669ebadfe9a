using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation.Tests;

/// <summary>A small table of clicks that tests change to their needs.</summary>
internal sealed class Example : IDisposable
{
    private readonly TemporaryFolder temporary = new();

    /// <summary>Interactions of the columns member, item, price, label, time (seconds), in this order.</summary>
    public string Clicks { get; set; } =
        """
        member,item,price,label,time
        ann,tea,1.5,1,1700000000
        ann,rum,2.5,0,1700000100
        bob,tea,3.5,1,1700000200
        ann,tea,4.5,0,1700000300
        bob,rum,0.5,1,1700000400
        bob,gin,1.0,0,1700000500
        ann,gin,2.0,1,1700000600
        bob,tea,2.5,0,1700000700
        """;

    public SourceSchema Schema { get; set; } = new()
    {
        Name = "clicks",
        Interactions = new SourceFile { Path = "clicks.csv" },
        Timestamp = new SourceTimestamp("time", TimestampUnit.Seconds),
        Label = new SourceLabel { Column = "label" },
        Features = [new SourceDenseFeature { Name = "price" }, new SourceCategoricalFeature { Name = "item" }],
        Tasks = [new TaskDefinition("member", ["member"], [])],
        Split = new ByTimeSplit { ValidationFrom = At(400), TestFrom = At(600) },
    };

    public string Folder => temporary.Path;

    public string Output => temporary["dataset"];

    /// <summary>A moment, in seconds after the first click.</summary>
    public static DateTimeOffset At(int seconds) => DateTimeOffset.FromUnixTimeSeconds(1700000000 + seconds);

    /// <summary>The clicks with other labels, or more of them.</summary>
    public Example With(Func<string, string> change)
    {
        Clicks = change(Clicks);
        return this;
    }

    public void Add(string name, string contents) => temporary.File(name, contents);

    public Task<Prepared> PrepareAsync()
    {
        Add("clicks.csv", Clicks);
        return Prepared.FromAsync(Schema, Folder, Output);
    }

    /// <summary>The message of the refusal; nothing is left behind.</summary>
    public async Task<string> RefusalAsync()
    {
        var fault = await Assert.ThrowsAsync<Models.InvalidInputException>(PrepareAsync);
        AssertNothingLeft();
        return fault.Message;
    }

    public void AssertNothingLeft() => Assert.DoesNotContain(Directory.GetFileSystemEntries(Folder), path => Path.GetFileName(path).StartsWith("dataset", StringComparison.Ordinal));

    public void Dispose() => temporary.Dispose();
}

/// <summary>Reading prepared rows in tests.</summary>
internal static class PreparedRows
{
    /// <summary>A dense feature of every row of all splits, by row number.</summary>
    public static async Task<float[]> DenseByRowAsync(this Prepared prepared, string feature) =>
        [.. (await prepared.AllAsync()).SelectMany(rows => rows.Rows.Zip(((DenseColumn)rows.Columns[feature]).Values)).OrderBy(pair => pair.First).Select(pair => pair.Second)];

    /// <summary>The categories of every row of all splits, by row number; null where unknown.</summary>
    public static async Task<string?[]> CategoryByRowAsync(this Prepared prepared, string feature)
    {
        var vocabulary = ((CategoricalFeature)prepared.Dataset.Schema.Feature(feature)).Vocabulary!;
        return [.. (await prepared.AllAsync()).SelectMany(rows => rows.Rows.Zip(((CategoricalColumn)rows.Columns[feature]).Indices)).OrderBy(pair => pair.First).Select(pair => pair.Second == 0 ? null : vocabulary[pair.Second - 1])];
    }

    /// <summary>The split of every row, by row number.</summary>
    public static async Task<Split[]> SplitByRowAsync(this Prepared prepared)
    {
        var splits = new SortedDictionary<long, Split>();
        foreach (var split in Enum.GetValues<Split>().Where(split => prepared.Dataset.Has(prepared.Dataset.Schema.Tasks[0].Name, split)))
        {
            foreach (var row in (await prepared.RowsAsync(prepared.Dataset.Schema.Tasks[0].Name, split)).Rows)
            {
                splits.Add(row, split);
            }
        }

        return [.. splits.Values];
    }

    public static async Task<IReadOnlyList<RowGroup>> AllAsync(this Prepared prepared)
    {
        var task = prepared.Dataset.Schema.Tasks[0].Name;
        var groups = new List<RowGroup>();
        foreach (var split in Enum.GetValues<Split>().Where(split => prepared.Dataset.Has(task, split)))
        {
            groups.Add(await prepared.RowsAsync(task, split));
        }

        return groups;
    }
}
