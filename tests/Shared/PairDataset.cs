using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;

namespace LiMaml.Tests;

/// <summary>
/// A prepared dataset of two task definitions in a folder of its own: members and items have a taste each, and a member likes
/// an item where the two agree. Neither side's features tell its taste: only adapting to what happened does.
/// </summary>
internal sealed class PairDataset : IDisposable
{
    private const int MemberCount = 40;
    private const int ItemCount = 25;
    private readonly TemporaryFolder root = new();

    public string Folder => root["dataset"];

    public static int RowCount(Split split) => MemberCount * (split is Split.Train ? 16 : 8);

    public string PathOf(string name) => root[name];

    /// <summary>Key of the member and of the item that a row belongs to, by its number.</summary>
    public IReadOnlyDictionary<long, (string Member, string Item)> TasksOf { get; private set; } = new Dictionary<long, (string, string)>();

    /// <param name="relabel">Another label, from the split, the row's number and the label.</param>
    public static async Task<PairDataset> WriteAsync(Func<Split, long, float, float>? relabel = null)
    {
        var dataset = new PairDataset();
        await using var writer = DatasetWriter.Create(dataset.Folder, Schema());
        var random = new Random(7);
        var number = 0L;
        var tasks = new Dictionary<long, (string, string)>();
        foreach (var split in new[] { Split.Train, Split.Validation, Split.Test })
        {
            var rows = new List<Row>();
            for (var index = 0; index < RowCount(split); index++, number++)
            {
                var (member, item) = ((int)(number % MemberCount), random.Next(ItemCount));
                var label = random.NextDouble() < (Taste(member, 3) == Taste(item, 5) ? 0.9 : 0.1) ? 1f : 0f;
                rows.Add(new Row(member, item, number, relabel?.Invoke(split, number, label) ?? label));
                tasks.Add(number, (MemberKey(member), ItemKey(item)));
            }

            await writer.AppendAsync("member", split, Group(rows, row => MemberKey(row.Member)), TestContext.Current.CancellationToken);
            await writer.AppendAsync("item", split, Group(rows, row => ItemKey(row.Item)), TestContext.Current.CancellationToken);
        }

        await writer.CompleteAsync("{}", TestContext.Current.CancellationToken);
        dataset.TasksOf = tasks;
        return dataset;
    }

    public void Dispose() => root.Dispose();

    private static bool Taste(int number, int multiplier) => number * multiplier % 7 < 3;

    private static string MemberKey(int member) => $"m{member:D2}";

    private static string ItemKey(int item) => $"i{item:D2}";

    private static DatasetSchema Schema() => new(
        DatasetSchema.CurrentFormatVersion,
        "pairs",
        LabelKind.Binary,
        [
            new DenseFeature("tenure", DenseTransform.Standardise, 5, 2),
            new DenseFeature("price"),
            new CategoricalFeature("member_id", [.. Enumerable.Range(0, MemberCount).Select(MemberKey)]),
            new CategoricalFeature("item_id", [.. Enumerable.Range(0, ItemCount).Select(ItemKey)]),
        ],
        [new TaskDefinition("member", ["member_id"], ["tenure"]), new TaskDefinition("item", ["item_id"], ["price"])]);

    private static RowGroup Group(List<Row> rows, Func<Row, string> key)
    {
        var ordered = rows.OrderBy(key, StringComparer.Ordinal).ThenBy(row => row.Number).ToArray();
        return new RowGroup
        {
            Keys = Array.ConvertAll(ordered, row => key(row)),
            Timestamps = Array.ConvertAll(ordered, row => row.Number * 1_000_000),
            Labels = Array.ConvertAll(ordered, row => row.Label),
            Weights = Array.ConvertAll(ordered, _ => 1f),
            Rows = Array.ConvertAll(ordered, row => row.Number),
            Columns = new Dictionary<string, FeatureColumn>
            {
                ["tenure"] = new DenseColumn(Array.ConvertAll(ordered, row => (float)(row.Member % 10))),
                ["price"] = new DenseColumn(Array.ConvertAll(ordered, row => (float)(row.Item % 4) / 4)),
                ["member_id"] = new CategoricalColumn(Array.ConvertAll(ordered, row => row.Member + 1)),
                ["item_id"] = new CategoricalColumn(Array.ConvertAll(ordered, row => row.Item + 1)),
            },
        };
    }

    private sealed record Row(int Member, int Item, long Number, float Label);
}
