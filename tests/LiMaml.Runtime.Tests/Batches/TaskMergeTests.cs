using FsCheck;
using FsCheck.Fluent;
using LiMaml.Models.Datasets;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Tests.Samples;

namespace LiMaml.Runtime.Tests.Batches;

public class TaskMergeTests
{
    /// <summary>Rows of up to three streams; keys such that cultural, UTF-16 and UTF-8 order differ.</summary>
    private static readonly Gen<(string Key, long Time, int Stream)[]> Interactions = (
        from key in Gen.Elements("B", "a", "a|b", "A", "é", "z", "10", "9", "\uFF5E", "\U0001F600")
        from time in Gen.Choose(0, 30)
        from stream in Gen.Choose(0, 2)
        select (key, (long)time, stream)).ArrayOf();

    [Fact]
    public void MergeAsync_AnyStreams_GivesEachTaskItsMostRecentRowsOldestFirst()
    {
        var inputs =
            from rows in Interactions
            from capacity in Gen.Choose(1, 5)
            from asOf in Gen.Choose(0, 35)
            from chunkRows in Gen.Choose(1, 20)
            from tasksPerGroup in Gen.Choose(1, 3)
            select (rows, capacity, asOf, chunkRows, tasksPerGroup);
        Prop.ForAll(inputs.ToArbitrary(), input =>
        {
            var numbered = Number(input.rows);
            var merge = new TaskMerge(input.capacity, input.asOf, input.chunkRows);
            var merged = Run(merge, numbered, input.tasksPerGroup);
            return Described(merged).SequenceEqual(Expected(numbered, input.capacity, input.asOf))
                && merged[^1].RowsRead == numbered.Length
                && merged.SkipLast(1).All(chunk => chunk.Tasks.Rows.RowCount >= input.chunkRows);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void MergeAsync_AnyStreams_KeepsEveryColumnBesideItsRow()
    {
        Prop.ForAll(Interactions.ToArbitrary(), interactions =>
        {
            var merged = Run(new TaskMerge(capacity: 2, asOf: 25, chunkRows: 7), Number(interactions), 2);
            return merged.All(chunk => ColumnsFit(chunk.Tasks.Rows));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void MergeAsync_TaskFarBeyondTheCapacity_HoldsFewOfItsRows()
    {
        var rows = Enumerable.Range(0, 10_000).Select(row => ("only", (long)row, row, 0)).ToArray();
        var merged = Run(new TaskMerge(capacity: 8, asOf: long.MaxValue, chunkRows: 4), rows, 1);
        Assert.Equal(8, Assert.Single(Assert.Single(merged).Tasks.Tasks).Count);
        Assert.Equal(9_999, merged[0].Tasks.Rows.Timestamps[^1]);
    }

    [Fact]
    public async Task MergeAsync_Cancelled_Stops()
    {
        using var cancellation = new CancellationTokenSource();
        var merge = new TaskMerge(capacity: 1, asOf: long.MaxValue, chunkRows: 1);
        var source = TestRows.Stream([("a", 1, 1), ("b", 1, 2), ("c", 1, 3)]);
        await using var chunks = merge.MergeAsync([source], cancellation.Token).GetAsyncEnumerator();
        Assert.True(await chunks.MoveNextAsync());
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await chunks.MoveNextAsync());
    }

    private static (string Key, long Time, int Row, int Stream)[] Number((string Key, long Time, int Stream)[] interactions) =>
        [.. interactions.Select((interaction, row) => (interaction.Key, interaction.Time, row, interaction.Stream))];

    private static List<MergedTasks> Run(TaskMerge merge, (string Key, long Time, int Row, int Stream)[] rows, int tasksPerGroup)
    {
        var sources = Enumerable.Range(0, 3)
            .Select(stream => TestRows.Stream(rows.Where(row => row.Stream == stream).Select(row => (row.Key, row.Time, (long)row.Row)), tasksPerGroup))
            .ToList();
        return merge.MergeAsync(sources, CancellationToken.None).ToBlockingEnumerable().ToList();
    }

    private static IEnumerable<string> Expected((string Key, long Time, int Row, int Stream)[] rows, int capacity, long asOf) => rows
        .Where(row => row.Time <= asOf)
        .GroupBy(row => row.Key)
        .OrderBy(task => task.Key, TestRows.KeyOrder)
        .Select(task => $"{task.Key}: {string.Join(' ', task.OrderBy(row => (row.Time, row.Row)).TakeLast(capacity).Select(row => row.Row))}");

    private static IEnumerable<string> Described(List<MergedTasks> merged) => merged.SelectMany(chunk => chunk.Tasks.Tasks.Select(task =>
        $"{chunk.Tasks.Rows.Keys[task.Latest]}: {string.Join(' ', chunk.Tasks.Rows.Rows.Skip(task.Start).Take(task.Count))}"));

    private static bool ColumnsFit(RowGroup rows)
    {
        var expected = TestRows.Group(rows.Rows.Select((row, position) => (rows.Keys[position], rows.Timestamps[position], row)));
        var (list, expectedList) = ((MultiValuedColumn)rows.Columns.GetValueOrDefault("list", new MultiValuedColumn([0], [])), (MultiValuedColumn)expected.Columns["list"]);
        return rows.RowCount == 0 || (
            rows.Labels.SequenceEqual(expected.Labels)
            && rows.Weights.SequenceEqual(expected.Weights)
            && ((DenseColumn)rows.Columns["number"]).Values.SequenceEqual(((DenseColumn)expected.Columns["number"]).Values)
            && ((CategoricalColumn)rows.Columns["category"]).Indices.SequenceEqual(((CategoricalColumn)expected.Columns["category"]).Indices)
            && ((VectorColumn)rows.Columns["vector"]).Values.SequenceEqual(((VectorColumn)expected.Columns["vector"]).Values)
            && list.Offsets.SequenceEqual(expectedList.Offsets)
            && list.Indices.SequenceEqual(expectedList.Indices));
    }
}
