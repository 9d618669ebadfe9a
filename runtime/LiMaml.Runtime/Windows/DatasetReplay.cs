using System.Runtime.CompilerServices;
using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Runtime.Events;

namespace LiMaml.Runtime.Windows;

/// <summary>
/// A prepared dataset's rows as the events that they were: for demonstrations, load tests and filling windows without
/// waiting for them to happen.
/// </summary>
/// <remarks>
/// Indices become words again; those of hashed features stay indices, and 'unknown' has no value. An event's id is the
/// row's, or <c>&lt;dataset name&gt;-&lt;row, 12 digits&gt;</c>. Where a row is in the copies of several task definitions,
/// the event has the keys of all of them.
/// </remarks>
public static class DatasetReplay
{
    /// <summary>
    /// The rows of some splits as events, each once, by row number: that is by event time, and among equal times in the
    /// order of the source.
    /// </summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="splits">Which rows.</param>
    /// <param name="options">The defaults where null. Memory is bounded by <see cref="ReplayOptions.SortBytes"/> and one row group.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="InvalidInputException">There are no rows, an option is out of range, or a file is not what it must be.</exception>
    public static async IAsyncEnumerable<InteractionEvent> Read(
        Dataset dataset,
        IReadOnlyCollection<Split> splits,
        ReplayOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        options ??= new ReplayOptions();
        options.Validate();
        var layout = EventSchema.For(dataset.Schema).Layout;
        using var sort = new ExternalSort(options.SortBytes, options.TemporaryFolder);
        foreach (var task in options.Tasks ?? [.. dataset.Schema.Tasks.Select(task => task.Name)])
        {
            await CollectAsync(dataset, task, splits, layout, sort, cancellation);
        }

        var any = false;
        foreach (var interaction in Merge(sort, layout))
        {
            cancellation.ThrowIfCancellationRequested();
            any = true;
            yield return interaction;
        }

        if (!any)
        {
            throw new InvalidInputException($"dataset {dataset.Folder}", "no rows", $"rows in {string.Join(" or ", splits)}");
        }
    }

    private static async Task CollectAsync(
        Dataset dataset, string task, IReadOnlyCollection<Split> splits, EventLayout layout, ExternalSort sort, CancellationToken cancellation)
    {
        var events = new RowEvents(dataset.Schema, layout, dataset.Schema.Task(task));
        var sample = new ByteWriter();
        foreach (var split in splits.Distinct())
        {
            await foreach (var rows in dataset.ReadAsync(task, split, null, cancellation))
            {
                for (var row = 0; row < rows.RowCount; row++)
                {
                    sample.Clear();
                    SampleCodec.Write(events.Read(rows, row), layout, sample);
                    sort.Add(rows.Rows[row], sample.Written);
                }
            }
        }
    }

    /// <summary>Puts together what several definitions' copies say of one row.</summary>
    private static IEnumerable<InteractionEvent> Merge(ExternalSort sort, EventLayout layout)
    {
        var (current, last) = (default(InteractionEvent), 0L);
        foreach (var (row, record) in sort.Read())
        {
            var next = SampleCodec.Read(StoredSample.At(record.ToArray(), 0, record.Length), layout);
            if (current is not null && row == last)
            {
                current = current with { Keys = ((KeyValues)current.Keys).With((KeyValues)next.Keys) };
                continue;
            }

            if (current is not null)
            {
                yield return current;
            }

            (current, last) = (next, row);
        }

        if (current is not null)
        {
            yield return current;
        }
    }
}
