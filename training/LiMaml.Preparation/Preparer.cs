using LiMaml.Models;
using LiMaml.Preparation.Schemas;
using LiMaml.Preparation.Statistics;

namespace LiMaml.Preparation;

/// <summary>Turns raw interactions into a dataset: <c>limaml prepare</c>.</summary>
public static class Preparer
{
    /// <summary>
    /// Reads, joins, orders, divides, fits and writes. The dataset appears at its place all at once; on failure or cancellation nothing is left.
    /// </summary>
    /// <param name="options">What to prepare, and with what means.</param>
    /// <param name="progress">Told at the start of each stage and while rows are written.</param>
    /// <param name="cancellationToken">Ends the work, also within a statement of the engine.</param>
    /// <returns>What was read, kept and dropped; also in the dataset's <c>statistics.json</c>.</returns>
    /// <exception cref="InvalidInputException">The schema or the data is not what it must be; the message names file, row, column, value and what would be accepted.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static Task<PrepareStatistics> PrepareAsync(PrepareOptions options, IProgress<PrepareProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        SourceSchemaValidation.Validate(options.Schema, $"schema '{options.Schema.Name}'");
        Require(options.MemoryLimit >= 256L << 20, "memory limit", $"{options.MemoryLimit} bytes", "at least 256 MiB");
        Require(options.Threads >= 0, "threads", $"{options.Threads}", "1 or more, or 0 for one each processor");

        // The engine's calls block: keep them off the caller's thread.
        return Task.Run(() => PreparationRun.RunAsync(options, progress, cancellationToken), cancellationToken);
    }

    private static void Require(bool holds, string where, string found, string expected)
    {
        if (!holds)
        {
            throw new InvalidInputException(where, found, expected);
        }
    }
}
