using System.Globalization;
using LiMaml.Models.Columnar;
using LiMaml.Models.Datasets;

namespace LiMaml.Models.Snapshots;

/// <summary>Meta embeddings of some tasks, column by column, by ascending key (<see cref="TaskKey"/>).</summary>
/// <param name="Keys">One a task, no two alike.</param>
/// <param name="Embeddings">rows × embedding size, row by row, finite.</param>
/// <param name="NewestEventTimes">Event time of the newest sample used, in microseconds since 1970 UTC; 0 where there was none.</param>
/// <param name="SupportCounts">Samples used, 0 or more.</param>
/// <param name="LossBefore">Support loss before adaptation, finite; 0 where there were no samples.</param>
/// <param name="LossAfter">Support loss after adaptation, finite; 0 where there were no samples.</param>
public sealed record SnapshotRows(string[] Keys, float[] Embeddings, long[] NewestEventTimes, int[] SupportCounts, float[] LossBefore, float[] LossAfter)
{
    /// <summary>Number of tasks.</summary>
    public int RowCount => Keys.Length;

    internal SnapshotRows Slice(int start, int count, int width) => new(
        Keys[start..(start + count)],
        Embeddings[(start * width)..((start + count) * width)],
        NewestEventTimes[start..(start + count)],
        SupportCounts[start..(start + count)],
        LossBefore[start..(start + count)],
        LossAfter[start..(start + count)]);

    internal static SnapshotRows Concatenate(IReadOnlyList<SnapshotRows> parts) => parts.Count == 1 ? parts[0] : new SnapshotRows(
        [.. parts.SelectMany(part => part.Keys)],
        [.. parts.SelectMany(part => part.Embeddings)],
        [.. parts.SelectMany(part => part.NewestEventTimes)],
        [.. parts.SelectMany(part => part.SupportCounts)],
        [.. parts.SelectMany(part => part.LossBefore)],
        [.. parts.SelectMany(part => part.LossAfter)]);

    /// <summary>Checks lengths, values and order, also against the key before.</summary>
    internal void Validate(int width, string? previousKey, string where)
    {
        Length(Embeddings.LongLength, (long)RowCount * width, "meta_embedding", where);
        Length(NewestEventTimes.Length, RowCount, "newest_event_time", where);
        Length(SupportCounts.Length, RowCount, "support_count", where);
        Length(LossBefore.Length, RowCount, "loss_before", where);
        Length(LossAfter.Length, RowCount, "loss_after", where);
        for (var row = 0; row < RowCount; row++)
        {
            Require(previousKey is null || TaskKey.Compare(previousKey, Keys[row]) < 0, row, "key", $"'{Keys[row]}' after '{previousKey}'", "ascending keys, each once", where);
            Require(NewestEventTimes[row] is >= ColumnWriter.MinMicroseconds and <= ColumnWriter.MaxMicroseconds, row, "newest_event_time", NewestEventTimes[row], "microseconds since 1970, of the years 1 to 9999", where);
            Require(SupportCounts[row] >= 0, row, "support_count", SupportCounts[row], "0 or more", where);
            Require(float.IsFinite(LossBefore[row]), row, "loss_before", LossBefore[row], "a finite number", where);
            Require(float.IsFinite(LossAfter[row]), row, "loss_after", LossAfter[row], "a finite number", where);
            previousKey = Keys[row];
        }

        var bad = Array.FindIndex(Embeddings, value => !float.IsFinite(value));
        if (bad >= 0)
        {
            Require(false, bad / width, "meta_embedding", Embeddings[bad], "finite numbers", where);
        }
    }

    private static void Length(long found, long expected, string column, string where) =>
        Expect.That(found == expected, $"{where}, column '{column}'", string.Create(CultureInfo.InvariantCulture, $"{found} values"), string.Create(CultureInfo.InvariantCulture, $"{expected}"));

    private static void Require<T>(bool holds, int row, string column, T found, string expected, string where)
    {
        if (!holds)
        {
            throw new InvalidInputException(string.Create(CultureInfo.InvariantCulture, $"{where}, row {row}, column '{column}'"), string.Create(CultureInfo.InvariantCulture, $"{found}"), expected);
        }
    }
}
