using System.Globalization;
using LiMaml.Models;
using LiMaml.Models.Datasets;

namespace LiMaml.Runtime.Batches;

/// <summary>The rows of some splits of a dataset, for one task definition.</summary>
internal sealed class SplitRows
{
    private readonly Dataset dataset;
    private readonly string task;
    private readonly IReadOnlyList<Split> splits;

    /// <summary>Chooses the splits that have rows.</summary>
    /// <exception cref="InvalidInputException">None has, or the dataset lacks the task definition.</exception>
    public SplitRows(Dataset dataset, string task, IReadOnlyList<Split> splits)
    {
        this.dataset = dataset;
        this.task = dataset.Schema.Task(task).Name;
        this.splits = [.. splits.Where(split => dataset.Has(task, split))];
        RowCount = this.splits.Sum(split => dataset.CountRows(task, split));
        if (RowCount == 0)
        {
            throw new InvalidInputException(
                $"dataset {dataset.Folder}, task definition '{task}'", "no rows", $"rows in {string.Join(" or ", splits).ToLower(CultureInfo.InvariantCulture)}");
        }
    }

    /// <summary>Rows of all the splits.</summary>
    public long RowCount { get; }

    /// <summary>The row groups of each split that has any.</summary>
    public IReadOnlyList<IAsyncEnumerable<RowGroup>> Read(IReadOnlyList<string> features, CancellationToken cancellation) =>
        [.. splits.Select(split => dataset.ReadAsync(task, split, features, cancellation))];

    /// <summary>The newest event time, in microseconds since 1970 UTC.</summary>
    public async Task<long> NewestAsync(CancellationToken cancellation)
    {
        var newest = long.MinValue;
        foreach (var groups in Read([], cancellation))
        {
            await foreach (var group in groups)
            {
                newest = group.Timestamps.Aggregate(newest, Math.Max);
            }
        }

        return newest;
    }
}
