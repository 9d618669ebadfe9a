using LiMaml.Models.Datasets;

namespace LiMaml.Training.Data;

/// <summary>How a task's training rows become support and query sets.</summary>
public enum EpisodeKind
{
    /// <summary>The oldest 75 % are support, the newest 25 % query (paper §6.1); the same in every epoch.</summary>
    FixedCut,

    /// <summary>
    /// A task's rows are cut into runs; each run is the query set of an episode whose support is the rows before it. Every
    /// row is a query once an epoch, with evidence as short or long as it will be in production; the cuts move each epoch.
    /// </summary>
    Rolling,
}

/// <summary>Draws the episodes of an epoch, in batches of similar length so that little is padded.</summary>
/// <param name="data">The tasks.</param>
/// <param name="kind">How tasks are cut.</param>
/// <param name="supportCapacity">Most recent rows kept as support.</param>
/// <param name="queryCapacity">Most rows judged in one episode.</param>
/// <param name="tasksPerBatch">Episodes in a batch.</param>
internal sealed class EpisodeSampler(TaskData data, EpisodeKind kind, int supportCapacity, int queryCapacity, int tasksPerBatch)
{
    private const double SupportFraction = 0.75;
    private const int BatchesSortedTogether = 8;

    /// <summary>The batches of an epoch; a function of <paramref name="seed"/> and <paramref name="epoch"/> alone.</summary>
    public IReadOnlyList<IReadOnlyList<Episode>> Epoch(int seed, int epoch)
    {
        var random = new Random(HashCode(seed, epoch));
        var episodes = Enumerable.Range(0, data.Keys.Count).SelectMany(task => Cut(task, random)).ToArray();
        random.Shuffle(episodes);
        var batches = Batches(episodes, tasksPerBatch).ToArray();
        random.Shuffle(batches);
        return batches;
    }

    private IEnumerable<Episode> Cut(int task, Random random)
    {
        var rows = data.Rows(task, Split.Train);
        if (kind is EpisodeKind.FixedCut)
        {
            if (rows.Count > 0)
            {
                yield return Episode(task, rows, Math.Min((int)Math.Ceiling(rows.Count * SupportFraction), rows.Count - 1), rows.Count);
            }

            yield break;
        }

        var start = 0;
        var end = random.Next(queryCapacity) + 1;
        while (start < rows.Count)
        {
            end = Math.Min(end, rows.Count);
            yield return Episode(task, rows, start, end);
            (start, end) = (end, end + queryCapacity);
        }
    }

    private Episode Episode(int task, RowRange rows, int cut, int end)
    {
        var first = Math.Max(0, cut - supportCapacity);
        return new Episode(
            task,
            [.. Enumerable.Range(rows.Start + first, cut - first)],
            [.. Enumerable.Range(rows.Start + cut, Math.Min(end - cut, kind is EpisodeKind.FixedCut ? int.MaxValue : queryCapacity))]);
    }

    /// <summary>Episodes of similar length together, so that little is padded.</summary>
    public static IEnumerable<Episode[]> Batches(Episode[] episodes, int tasksPerBatch) => episodes.Chunk(tasksPerBatch * BatchesSortedTogether)
        .SelectMany(chunk => chunk.OrderBy(episode => episode.Support.Length).ThenBy(episode => episode.Query.Length).Chunk(tasksPerBatch));

    /// <summary>Seeds the draws of an epoch.</summary>
    public static int HashCode(int seed, int epoch) => unchecked((seed * 1_000_003) + epoch);
}
