using LiMaml.Models.Network;
using LiMaml.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Evaluation;

/// <summary>Scores rows with the stored meta embeddings of all their tasks.</summary>
/// <param name="network">Whose global block.</param>
internal sealed class JointScorer(Network<Tensor> network)
{
    private const int RowsPerBatch = 1 << 14;

    /// <summary>The logit (or the prediction of a real label) of each row, by its position in the definition they are judged by.</summary>
    /// <param name="data">All definitions, with the embeddings that rows meet.</param>
    /// <param name="judged">The place of the definition that rows are judged by.</param>
    /// <param name="table">Its own embeddings [tasks, embedding].</param>
    /// <param name="episodes">Of its tasks; their query rows are scored.</param>
    /// <param name="cancellation">Stops between batches.</param>
    public IReadOnlyDictionary<int, float> Score(JointData data, int judged, Tensor table, IReadOnlyList<Episode> episodes, CancellationToken cancellation = default)
    {
        var scores = new Dictionary<int, float>();
        foreach (var batch in episodes.SelectMany(episode => episode.Query.Select(row => (episode.Task, Row: row))).Chunk(RowsPerBatch))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            var rows = EpisodeBatch.GatherRows(data.Definitions[judged], Array.ConvertAll(batch, entry => entry.Row));
            var own = table.index_select(0, tensor(Array.ConvertAll(batch, entry => (long)entry.Task), device: table.device)).unsqueeze(1);
            var layers = network.Layers((_, _) => false);
            var encoded = network.Global.Encode(rows.Global);
            var embeddings = new Dictionary<string, Tensor>(rows.Others) { [data.Definitions[judged].Task] = own };
            var logits = network.Global.Forward(layers, encoded, network.Global.Project(layers, encoded), embeddings).Logit.cpu().contiguous().data<float>().ToArray();
            for (var index = 0; index < batch.Length; index++)
            {
                scores[batch[index].Row] = logits[index];
            }
        }

        return scores;
    }
}
