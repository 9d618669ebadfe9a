using FsCheck;
using FsCheck.Fluent;
using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;

namespace LiMaml.Models.Tests.Datasets;

public sealed class DatasetTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadAsync_WhatWasWritten_ComesBack(bool eventIds)
    {
        using var folder = new TemporaryFolder();
        var rows = Examples.Rows(["a", "b", "ü", "😀"], 7, eventIds: eventIds);
        await WriteAsync(folder["data"], [rows], rowGroupRows: 10);

        var dataset = Dataset.Open(folder["data"]);
        var groups = await ReadAsync(dataset, "member", Split.Train);

        Assert.Equal([7, 7, 7, 7], groups.Select(group => group.RowCount));
        Equality.Same(rows, RowGroups.Concatenate(groups));
        Assert.Equal(28, dataset.CountRows("member", Split.Train));
        Assert.True(dataset.Has("member", Split.Train));
        Assert.False(dataset.Has("member", Split.Test));
        Assert.Equal(28, dataset.CountRows("member_type", Split.Validation));
        Assert.Empty(await ReadAsync(dataset, "member", Split.Test));
    }

    [Fact]
    public async Task ReadAsync_KeysOfOneTask_AreOneObject()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder["data"], [Examples.Rows(["a", "b"], 3)]);

        var group = Assert.Single(await ReadAsync(Dataset.Open(folder["data"]), "member", Split.Train));

        Assert.Same(group.Keys[0], group.Keys[2]);
        Assert.NotSame(group.Keys[2], group.Keys[3]);
    }

    [Fact]
    public async Task ReadAsync_SomeFeatures_GivesThoseOnly()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder["data"], [Examples.Rows(["a", "b"], 3)]);
        var dataset = Dataset.Open(folder["data"]);

        Assert.Equal(["text", "age"], (await ReadAsync(dataset, "member", Split.Train, ["text", "age"]))[0].Columns.Keys);
        Assert.Empty((await ReadAsync(dataset, "member", Split.Train, []))[0].Columns);
        Assert.Contains("'height', expected one of age, price", (await Assert.ThrowsAsync<InvalidInputException>(() => ReadAsync(dataset, "member", Split.Train, ["height"]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_UnknownTask_ListsThoseThereAre()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder["data"], [Examples.Rows(["a"], 1)]);
        var dataset = Dataset.Open(folder["data"]);

        Assert.Contains("'nobody', expected one of member, member_type", Assert.Throws<InvalidInputException>(() => dataset.CountRows("nobody", Split.Train)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_Cancelled_Ends()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder["data"], [Examples.Rows(["a", "b"], 3)], rowGroupRows: 1);
        var dataset = Dataset.Open(folder["data"]);
        using var cancellation = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in dataset.ReadAsync("member", Split.Train, cancellationToken: cancellation.Token))
            {
                await cancellation.CancelAsync();
            }
        });
    }

    [Fact]
    public void AppendAsync_HoweverCut_GivesTheSameFile()
    {
        var input = Gen.Choose(1, 12).ArrayOf(6).SelectMany(sizes => Gen.Choose(1, 9).ArrayOf(40).SelectMany(cuts => Gen.Choose(1, 20).Select(limit => (sizes, cuts, limit))));
        Prop.ForAll(Arb.From(input), sample =>
        {
            using var folder = new TemporaryFolder();
            var rows = RowGroups.Concatenate([.. sample.sizes.Select((size, index) => Examples.Rows([$"task-{index}"], size, seed: index))]);
            Task.Run(async () =>
            {
                await WriteAsync(folder["whole"], [rows], sample.limit);
                await WriteAsync(folder["cut"], Cut(rows, sample.cuts), sample.limit);
                var groups = await ReadAsync(Dataset.Open(folder["cut"]), "member", Split.Train);
                Equality.Same(rows, RowGroups.Concatenate(groups));
                Assert.All(groups, group => Assert.True(group.RowCount <= sample.limit || group.Keys.Distinct().Count() == 1));
            }).GetAwaiter().GetResult();
            var part = Path.Combine("task=member", "split=train", "part-00000.parquet");
            return File.ReadAllBytes(Path.Combine(folder["whole"], part)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(folder["cut"], part)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));
    }

    [Fact]
    public async Task DisposeAsync_BeforeComplete_LeavesNothing()
    {
        using var folder = new TemporaryFolder();
        await using (var writer = DatasetWriter.Create(folder["data"], Examples.Schema(), rowGroupRows: 1))
        {
            await writer.AppendAsync("member", Split.Train, Examples.Rows(["a", "b"], 2));
        }

        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task Create_OverDataset_ReplacesItOnlyWhenAsked()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder["data"], [Examples.Rows(["a"], 1)]);

        Assert.Throws<InvalidInputException>(() => DatasetWriter.Create(folder["data"], Examples.Schema()));
        await WriteAsync(folder["data"], [Examples.Rows(["a"], 2)], overwrite: true);

        Assert.Equal(2, Dataset.Open(folder["data"]).CountRows("member", Split.Train));
    }

    public static TheoryData<string, Func<RowGroup, RowGroup>> WrongRows() => new()
    {
        { "row 1, column 'label': found 0.5, expected 0 or 1", rows => rows with { Labels = [1, 0.5f, 0, 0] } },
        { "row 2, column 'weight': found -1, expected a finite number, 0 or more", rows => rows with { Weights = [1, 1, -1, 1] } },
        { "row 3, column 'weight': found Infinity", rows => rows with { Weights = [1, 1, 1, float.PositiveInfinity] } },
        { "row 1, column 'key': found 'a' after 'b', expected ascending keys", rows => rows with { Keys = ["b", "a", "c", "d"] } },
        { "row 1, column 'timestamp': found 1 after 2 in task 'a'", rows => rows with { Keys = ["a", "a", "b", "b"], Timestamps = [2, 1, 3, 4] } },
        { "row 1, column 'row': found 0 after 0 in task 'a'", rows => rows with { Keys = ["a", "a", "b", "b"], Rows = [0, 0, 1, 2] } },
        { "row 0, column 'row': found -1, expected 0 or more", rows => rows with { Rows = [-1, 0, 1, 2] } },
        { "row 0, column 'timestamp': found -9223372036854775808", rows => rows with { Timestamps = [long.MinValue, 0, 0, 0] } },
        { "column 'row': found 1 values, expected 4", rows => rows with { Rows = [1] } },
        { "row 2, column 'age': found NaN, expected a finite number", With("age", new DenseColumn([1, 1, float.NaN, 1])) },
        { "row 3, column 'item': found 4, expected an index from 0 to 3", With("item", new CategoricalColumn([0, 1, 2, 4])) },
        { "row 0, column 'city': found -1, expected an index from 0 to 100", With("city", new CategoricalColumn([-1, 1, 2, 4])) },
        { "row 2, column 'genres': found 0, expected indices from 1 to 3", With("genres", new MultiValuedColumn([0, 1, 1, 3, 3], [1, 2, 0])) },
        { "row 1, column 'genres': found 3 values, expected 0 to 2", With("genres", new MultiValuedColumn([0, 0, 3, 3, 3], [1, 2, 3])) },
        { "column 'genres': found offsets 0 to 1, expected 0 to 3", With("genres", new MultiValuedColumn([0, 0, 0, 0, 1], [1, 2, 3])) },
        { "row 1, column 'text': found -Infinity, expected a finite number", With("text", new VectorColumn([1, 1, 1, 1, float.NegativeInfinity, 1, 1, 1, 1, 1, 1, 1], 3)) },
        { "column 'text': found a VectorColumn, expected a column for a VectorFeature", With("text", new VectorColumn([1, 1, 1, 1], 1)) },
        { "column 'age': found a CategoricalColumn, expected a column for a DenseFeature", With("age", new CategoricalColumn([1, 1, 1, 1])) },
        { "column 'age': found none, expected a column for every feature", rows => rows with { Columns = rows.Columns.Where(column => column.Key != "age").ToDictionary() } },
    };

    [Theory]
    [MemberData(nameof(WrongRows), DisableDiscoveryEnumeration = true)]
    public async Task AppendAsync_WrongRows_AreRefused(string message, Func<RowGroup, RowGroup> spoil)
    {
        using var folder = new TemporaryFolder();
        await using var writer = DatasetWriter.Create(folder["data"], Examples.Schema());

        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => writer.AppendAsync("member", Split.Train, spoil(Examples.Rows(["a", "b", "c", "d"], 1))));

        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AppendAsync_EarlierKeyOrRowThanBefore_IsRefused()
    {
        using var folder = new TemporaryFolder();
        await using var writer = DatasetWriter.Create(folder["data"], Examples.Schema());
        await writer.AppendAsync("member", Split.Train, Examples.Rows(["b"], 3));

        Assert.Contains("'a' after 'b'", (await Assert.ThrowsAsync<InvalidInputException>(() => writer.AppendAsync("member", Split.Train, Examples.Rows(["a"], 1)))).Message, StringComparison.Ordinal);
        Assert.Contains("expected what follows time 1600000000000002, row 2 of task 'b'", (await Assert.ThrowsAsync<InvalidInputException>(() => writer.AppendAsync("member", Split.Train, Examples.Rows(["b"], 1)))).Message, StringComparison.Ordinal);
        Assert.Contains("event ids", (await Assert.ThrowsAsync<InvalidInputException>(() => writer.AppendAsync("member", Split.Train, Examples.Rows(["c"], 1, eventIds: false)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CompleteAsync_TaskWithoutRows_IsRefused()
    {
        using var folder = new TemporaryFolder();
        await using var writer = DatasetWriter.Create(folder["data"], Examples.Schema());
        await writer.AppendAsync("member", Split.Train, Examples.Rows(["b"], 3));

        Assert.Contains("task definition 'member_type': found no rows", (await Assert.ThrowsAsync<InvalidInputException>(() => writer.CompleteAsync("{}"))).Message, StringComparison.Ordinal);
        Assert.Contains("statistics.json", (await Assert.ThrowsAsync<InvalidInputException>(() => writer.CompleteAsync("nothing"))).Message, StringComparison.Ordinal);
    }

    internal static async Task WriteAsync(string folder, IEnumerable<RowGroup> chunks, int rowGroupRows = 65536, bool overwrite = false)
    {
        await using var writer = DatasetWriter.Create(folder, Examples.Schema(), overwrite, rowGroupRows);
        foreach (var rows in chunks)
        {
            await writer.AppendAsync("member", Split.Train, rows);
            await writer.AppendAsync("member_type", Split.Validation, rows);
        }

        await writer.CompleteAsync("""{"rows": 1}""");
    }

    internal static async Task<List<RowGroup>> ReadAsync(Dataset dataset, string task, Split split, IReadOnlyCollection<string>? features = null)
    {
        var groups = new List<RowGroup>();
        await foreach (var group in dataset.ReadAsync(task, split, features))
        {
            groups.Add(group);
        }

        return groups;
    }

    private static Func<RowGroup, RowGroup> With(string name, FeatureColumn column) =>
        rows => rows with { Columns = new Dictionary<string, FeatureColumn>(rows.Columns) { [name] = column } };

    private static IEnumerable<RowGroup> Cut(RowGroup rows, int[] sizes)
    {
        var start = 0;
        for (var index = 0; start < rows.RowCount; index++)
        {
            var count = Math.Min(sizes[index % sizes.Length], rows.RowCount - start);
            yield return rows.Slice(start, count);
            start += count;
        }
    }
}
