using LiMaml.Training.Data;
using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Training.Evaluation;

/// <summary>The test rows of a dataset by slice: the same rows, in the same order, for whatever is compared on them.</summary>
internal sealed class TestRows
{
    private readonly TaskData data;
    private readonly Dictionary<ReportSlice, (int[] Rows, int[] Tasks)> slices = [];

    /// <param name="data">All rows.</param>
    /// <param name="episodes">Each task's support and test rows.</param>
    /// <param name="cohorts">Whether to tell cohorts apart, too.</param>
    public TestRows(TaskData data, IReadOnlyList<Episode> episodes, bool cohorts)
    {
        this.data = data;
        Add(ReportSlice.All, episodes);
        Add(ReportSlice.FewSamples, episodes.Where(episode => TaskSlice.FewSamples.Contains(episode.Query.Length)));
        Add(ReportSlice.ManySamples, episodes.Where(episode => TaskSlice.ManySamples.Contains(episode.Query.Length)));
        Add(ReportSlice.NotAdapted, episodes.Where(episode => episode.Support.Length == 0));
        if (cohorts)
        {
            var cohort = new Cohorts(data);
            foreach (var group in episodes.GroupBy(episode => cohort.Of(episode.Task)).Where(group => group.Key is not null))
            {
                Add(group.Key!.Value, group);
            }
        }
    }

    /// <summary>Scores of the rows, by slice; slices without rows are absent.</summary>
    /// <param name="score">The logit (or the prediction of a real label) of a row, by its position.</param>
    public IReadOnlyDictionary<ReportSlice, ScoredSamples> Collect(Func<int, float> score) => slices.ToDictionary(
        slice => slice.Key,
        slice => new ScoredSamples(
            slice.Value.Tasks,
            Array.ConvertAll(slice.Value.Rows, row => score(row)),
            Array.ConvertAll(slice.Value.Rows, row => data.LabelValues[row]),
            Array.ConvertAll(slice.Value.Rows, row => data.WeightValues[row])));

    private void Add(ReportSlice slice, IEnumerable<Episode> episodes)
    {
        var rows = episodes.SelectMany(episode => episode.Query.Select(row => (Row: row, episode.Task))).ToArray();
        if (rows.Length > 0)
        {
            slices.Add(slice, (Array.ConvertAll(rows, row => row.Row), Array.ConvertAll(rows, row => row.Task)));
        }
    }
}
