using LiMaml.Training.Data;

namespace LiMaml.Training.Evaluation;

/// <summary>Puts episodes together that take about as long, as many as fit a budget of padded rows.</summary>
internal static class EpisodeBatches
{
    private const long ElementsPerBatch = 1 << 15;

    /// <summary>Every episode once, shortest first.</summary>
    public static IEnumerable<IReadOnlyList<Episode>> Of(IEnumerable<Episode> episodes)
    {
        var batch = new List<Episode>();
        var longest = 0;
        foreach (var episode in episodes.OrderBy(episode => episode.Support.Length + episode.Query.Length).ThenBy(episode => episode.Task))
        {
            var length = Math.Max(longest, episode.Support.Length + episode.Query.Length);
            if (batch.Count > 0 && (long)length * (batch.Count + 1) > ElementsPerBatch)
            {
                yield return batch;
                batch = [];
                length = episode.Support.Length + episode.Query.Length;
            }

            batch.Add(episode);
            longest = length;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }
}
