using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;

namespace LiMaml.Training.Tests;

/// <summary>
/// A prepared dataset in a folder of its own: members like one of two kinds of item and dislike the other, half of them
/// the other way round, so that only what a member did before tells what it will like.
/// </summary>
internal sealed class ToyDataset : IDisposable
{
    private const int MemberCount = 60;
    private readonly string root = Directory.CreateTempSubdirectory("limaml-toy-").FullName;

    public string Folder => Path.Combine(root, "dataset");

    public string PathOf(string name) => Path.Combine(root, name);

    /// <param name="withValidation">Whether to write validation rows.</param>
    /// <param name="withTest">Whether to write test rows.</param>
    /// <param name="relabel">Another label, from the split, the event time in microseconds and the label.</param>
    /// <param name="label">The kind of label.</param>
    public static async Task<ToyDataset> WriteAsync(bool withValidation = true, bool withTest = true, Func<Split, long, float, float>? relabel = null, LabelKind label = LabelKind.Binary)
    {
        var toy = new ToyDataset();
        var schema = new DatasetSchema(
            DatasetSchema.CurrentFormatVersion,
            "toy",
            label,
            [new DenseFeature("tenure", DenseTransform.Standardise, 5, 2), new CategoricalFeature("kind", ["a", "b"]), new CategoricalFeature("member_id", [.. Enumerable.Range(0, MemberCount).Select(Key)])],
            [new TaskDefinition("member", ["member_id"], ["tenure"])]);
        await using var writer = DatasetWriter.Create(toy.Folder, schema);
        var random = new Random(5);
        foreach (var (split, rows, start) in new[] { (Split.Train, 16, 0), (Split.Validation, 8, 16), (Split.Test, 8, 24) })
        {
            if ((split is Split.Validation && !withValidation) || (split is Split.Test && !withTest))
            {
                continue;
            }

            var group = Rows(random, rows, start);
            group = relabel is null ? group : group with { Labels = [.. group.Labels.Select((liked, row) => relabel(split, group.Timestamps[row], liked))] };
            await writer.AppendAsync("member", split, group, TestContext.Current.CancellationToken);
        }

        await writer.CompleteAsync("{}", TestContext.Current.CancellationToken);
        return toy;
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private static string Key(int member) => $"m{member:D2}";

    private static RowGroup Rows(Random random, int count, int start)
    {
        var members = Enumerable.Range(0, MemberCount).SelectMany(member => Enumerable.Repeat(member, count)).ToArray();
        var kinds = Array.ConvertAll(members, _ => random.Next(1, 3));
        return new RowGroup
        {
            Keys = Array.ConvertAll(members, Key),
            Timestamps = [.. members.Select((_, row) => (start + (row % count)) * 1_000_000L)],
            Labels = [.. members.Select((member, row) => random.NextDouble() < ((member + kinds[row]) % 2 == 0 ? 0.9 : 0.1) ? 1f : 0f)],
            Weights = Array.ConvertAll(members, _ => 1f),
            Rows = [.. members.Select((member, row) => (long)(((start + (row % count)) * MemberCount) + member))],
            Columns = new Dictionary<string, FeatureColumn>
            {
                ["tenure"] = new DenseColumn(Array.ConvertAll(members, member => (float)(member % 10))),
                ["kind"] = new CategoricalColumn(kinds),
                ["member_id"] = new CategoricalColumn(Array.ConvertAll(members, member => member + 1)),
            },
        };
    }
}
