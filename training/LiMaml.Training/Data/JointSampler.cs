using LiMaml.Models.Datasets;
using LiMaml.Models.Specs;

namespace LiMaml.Training.Data;

/// <summary>Episodes of one task definition that take an outer step together.</summary>
/// <param name="Definition">Its place among the model's meta blocks.</param>
/// <param name="Episodes">At least one.</param>
internal sealed record OuterBatch(int Definition, IReadOnlyList<Episode> Episodes);

/// <summary>An epoch over several task definitions: what every task has seen when it begins, and what is then judged.</summary>
/// <param name="Supports">For each definition an episode of every task, with the support that its meta embedding is made of.</param>
/// <param name="Batches">Of all definitions, in any order.</param>
internal sealed record JointEpoch(IReadOnlyList<IReadOnlyList<Episode>> Supports, IReadOnlyList<OuterBatch> Batches);

/// <summary>
/// Cuts the training rows of several task definitions at once: every task of the first definition at a moment of its own,
/// drawn anew each epoch. What is before is support, in whatever definition's tasks; what is after is query, and never seen by
/// an embedding of the epoch.
/// </summary>
/// <param name="data">All definitions.</param>
/// <param name="model">Their support capacities.</param>
/// <param name="tasksPerBatch">Episodes in a batch.</param>
internal sealed class JointSampler(JointData data, ModelSpec model, int tasksPerBatch)
{
    // As in production, where evidence may be short or long; below a fifth there is little to learn adaptation from.
    private const double LeastSupport = 0.2;
    private const double MostSupport = 0.9;

    /// <summary>A function of <paramref name="seed"/> and <paramref name="epoch"/> alone.</summary>
    public JointEpoch Epoch(int seed, int epoch)
    {
        var random = new Random(EpisodeSampler.HashCode(seed, epoch));
        var support = SupportRows(random);
        var episodes = data.Definitions.Select((definition, index) => Cut(definition, model.InnerLoop.For(model.MetaBlocks[index]).SupportCapacity, support)).ToArray();
        var batches = episodes.SelectMany((tasks, index) => Batches(tasks, random).Select(batch => new OuterBatch(index, batch))).ToArray();
        random.Shuffle(batches);
        return new JointEpoch(episodes, batches);
    }

    /// <summary>Numbers of the rows before their task's cut.</summary>
    private HashSet<long> SupportRows(Random random)
    {
        var first = data.Definitions[0];
        var support = new HashSet<long>();
        for (var task = 0; task < first.Keys.Count; task++)
        {
            var rows = first.Rows(task, Split.Train);
            var share = LeastSupport + ((MostSupport - LeastSupport) * random.NextDouble());
            var cut = rows.Start + (int)Math.Round(rows.Count * share);
            for (var row = rows.Start; row < cut; row++)
            {
                support.Add(first.RowNumbers[row]);
            }
        }

        return support;
    }

    private static Episode[] Cut(TaskData definition, int capacity, HashSet<long> support) =>
        [.. Enumerable.Range(0, definition.Keys.Count).Select(task =>
        {
            var rows = Enumerable.Range(definition.Rows(task, Split.Train).Start, definition.Rows(task, Split.Train).Count).ToLookup(row => support.Contains(definition.RowNumbers[row]));
            return new Episode(task, [.. rows[true].TakeLast(capacity)], [.. rows[false]]);
        })];

    private List<Episode[]> Batches(Episode[] episodes, Random random)
    {
        var judged = episodes.Where(episode => episode.Query.Length > 0).ToArray();
        random.Shuffle(judged);
        return [.. EpisodeSampler.Batches(judged, tasksPerBatch)];
    }
}
