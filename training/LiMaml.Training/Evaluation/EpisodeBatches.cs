using LiMaml.Training.Data;

namespace LiMaml.Training.Evaluation;

/// <summary>Puts episodes together that take about as long, as many as fit a budget of padded rows.</summary>
internal static class EpisodeBatches
{
    private const long ElementsPerBatch = 1 << 15;
    private const int StepsAtFullSize = 4;

    /// <summary>Every episode once, shortest first.</summary>
    /// <param name="episodes">In any order.</param>
    /// <param name="steps">Of the inner loop: what each of them makes is kept until the batch is done, so many steps make batches smaller.</param>
    public static IEnumerable<IReadOnlyList<Episode>> Of(IEnumerable<Episode> episodes, int steps)
    {
        var budget = ElementsPerBatch * StepsAtFullSize / Math.Max(StepsAtFullSize, steps);
        var batch = new List<Episode>();
        var longest = 0;
        foreach (var episode in episodes.OrderBy(episode => episode.Support.Length + episode.Query.Length).ThenBy(episode => episode.Task))
        {
            var length = Math.Max(longest, episode.Support.Length + episode.Query.Length);
            if (batch.Count > 0 && (long)length * (batch.Count + 1) > budget)
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
