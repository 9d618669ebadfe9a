using LiMaml.Models.Datasets;

namespace LiMaml.Runtime.Tests.Samples;

/// <summary>Small row groups whose values tell which row they belong to.</summary>
internal static class TestRows
{
    /// <summary>The order of keys in datasets.</summary>
    public static Comparer<string> KeyOrder { get; } = Comparer<string>.Create(TaskKey.Compare);

    /// <summary>A group of the given rows, in the order of a dataset; each feature is a function of the row number.</summary>
    public static RowGroup Group(IEnumerable<(string Key, long Time, long Row)> rows)
    {
        var sorted = rows.Order(Comparer<(string Key, long Time, long Row)>.Create(Compare)).ToArray();
        long[] numbers = [.. sorted.Select(row => row.Row)];
        return new RowGroup
        {
            Keys = [.. sorted.Select(row => row.Key)],
            Timestamps = [.. sorted.Select(row => row.Time)],
            Labels = [.. numbers.Select(row => (float)(row % 2))],
            Weights = [.. numbers.Select(row => 1f + (row % 3))],
            Rows = numbers,
            Columns = new Dictionary<string, FeatureColumn>
            {
                ["number"] = new DenseColumn([.. numbers.Select(row => row + 0.5f)]),
                ["category"] = new CategoricalColumn([.. numbers.Select(row => (int)(row % 7))]),
                ["list"] = List(numbers),
                ["vector"] = new VectorColumn([.. numbers.SelectMany(row => new[] { row, -row }).Select(value => (float)value)], 2),
            },
        };
    }

    /// <summary>The values that row <paramref name="row"/> has in <c>list</c>.</summary>
    public static int[] ListOf(long row) => [.. Enumerable.Range(1, (int)(row % 4))];

    /// <summary>Row groups as a dataset streams them, no task in two of them.</summary>
    public static async IAsyncEnumerable<RowGroup> Stream(IEnumerable<(string Key, long Time, long Row)> rows, int tasksPerGroup = 1)
    {
        foreach (var tasks in rows.GroupBy(row => row.Key).OrderBy(task => task.Key, KeyOrder).Chunk(tasksPerGroup))
        {
            await Task.Yield();
            yield return Group(tasks.SelectMany(task => task));
        }
    }

    private static int Compare((string Key, long Time, long Row) a, (string Key, long Time, long Row) b)
    {
        var order = TaskKey.Compare(a.Key, b.Key);
        return order != 0 ? order : (a.Time, a.Row).CompareTo((b.Time, b.Row));
    }

    private static MultiValuedColumn List(long[] rows)
    {
        var offsets = new List<int> { 0 };
        var indices = new List<int>();
        foreach (var row in rows)
        {
            indices.AddRange(ListOf(row));
            offsets.Add(indices.Count);
        }

        return new MultiValuedColumn([.. offsets], [.. indices]);
    }
}
