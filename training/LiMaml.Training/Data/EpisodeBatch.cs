using LiMaml.Models.Datasets;
using LiMaml.Models.Network.Sequences;
using LiMaml.Training.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Data;

/// <summary>Rows of several tasks, padded to one length.</summary>
/// <param name="Meta">Meta features by input name [tasks, rows, width].</param>
/// <param name="Global">Global features by input name [tasks, rows, width].</param>
/// <param name="Labels">[tasks, rows, 1].</param>
/// <param name="Weights">[tasks, rows, 1]; 0 pads.</param>
internal sealed record PaddedRows(
    IReadOnlyDictionary<string, Tensor> Meta,
    IReadOnlyDictionary<string, Tensor> Global,
    Tensor Labels,
    Tensor Weights)
{
    /// <summary>Meta embeddings of the other task definitions, as they are now [tasks, rows, embedding]; empty for a model of one.</summary>
    public IReadOnlyDictionary<string, Tensor> Others { get; init; } = new Dictionary<string, Tensor>();

    /// <summary>When the rows came; null where the meta block does not read them as a sequence.</summary>
    public SupportTimes<Tensor>? Times { get; init; }
}

/// <summary>Episodes side by side, as tensors. They belong to the dispose scope that is open when they are made.</summary>
/// <param name="Support">Support rows.</param>
/// <param name="Latest">Meta features of each task's most recent support sample, or of its first query sample, [tasks, width].</param>
/// <param name="Query">Query rows.</param>
/// <param name="SupportLength">Rows the support is padded to.</param>
/// <param name="Task">The task definition.</param>
internal sealed record EpisodeBatch(PaddedRows Support, IReadOnlyDictionary<string, Tensor> Latest, PaddedRows Query, int SupportLength, string Task)
{
    /// <summary>Gathers the rows of <paramref name="episodes"/>; supports are padded to at least one row.</summary>
    /// <param name="data">Where the rows are.</param>
    /// <param name="episodes">At least one.</param>
    /// <param name="precision">Of the float tensors.</param>
    /// <param name="supportWeight">A factor for a support sample's weight by its age in samples (0 is the most recent); null leaves weights as they are.</param>
    public static EpisodeBatch Gather(TaskData data, IReadOnlyList<Episode> episodes, ScalarType precision = ScalarType.Float32, Func<int, float>? supportWeight = null)
    {
        var supportLength = Math.Max(1, episodes.Max(episode => episode.Support.Length));
        var queryLength = Math.Max(1, episodes.Max(episode => episode.Query.Length));
        var latest = episodes.Select(episode => (long)(episode.Support.Length > 0 ? episode.Support[^1] : episode.Query[0])).ToArray();
        var latestIndex = tensor(latest, device: data.Labels.device);
        return new EpisodeBatch(
            Rows(data, data.SupportInputs, [.. episodes.Select(episode => episode.Support)], supportLength, precision, supportWeight) with
            {
                Times = data.HasSequence ? Times(data, [.. episodes.Select(episode => episode.Support)], supportLength, precision) : null,
            },
            Select(data.MetaInputs, latestIndex, [latest.Length], precision),
            Rows(data, data.GlobalInputs, [.. episodes.Select(episode => episode.Query)], queryLength, precision, null),
            supportLength,
            data.Task);
    }

    /// <summary>Gathers rows as tasks of one query row each and no support: what vanilla training sees.</summary>
    /// <param name="data">Where the rows are.</param>
    /// <param name="episodes">At least one.</param>
    /// <param name="wholeTasks">Support rows too; false where they are query rows of another episode of the epoch.</param>
    public static PaddedRows GatherRows(TaskData data, IReadOnlyList<Episode> episodes, bool wholeTasks) =>
        Rows(data, data.GlobalInputs, [.. episodes.SelectMany(episode => wholeTasks ? episode.Support.Concat(episode.Query) : episode.Query).Select(row => new[] { row })], 1, ScalarType.Float32, null);

    /// <summary>Rows by themselves: each a task with one query row, and with the meta embeddings that the other definitions' tasks have now.</summary>
    public static PaddedRows GatherRows(TaskData data, IReadOnlyList<int> rows) =>
        Rows(data, data.GlobalInputs, [.. rows.Select(row => new[] { row })], 1, ScalarType.Float32, null);

    private static PaddedRows Rows(TaskData data, IReadOnlyDictionary<string, Tensor> global, int[][] rows, int length, ScalarType precision, Func<int, float>? factor)
    {
        var positions = new long[rows.Length * length];
        var mask = new float[rows.Length * length];
        for (var task = 0; task < rows.Length; task++)
        {
            for (var index = 0; index < rows[task].Length; index++)
            {
                positions[(task * length) + index] = rows[task][index];
                mask[(task * length) + index] = factor?.Invoke(rows[task].Length - 1 - index) ?? 1f;
            }
        }

        var device = data.Labels.device;
        var index1 = tensor(positions, device: device);
        long[] shape = [rows.Length, length];
        return new PaddedRows(
            Select(data.MetaInputs, index1, shape, precision),
            Select(global, index1, shape, precision),
            data.Labels.index_select(0, index1).reshape([.. shape, 1]).to_type(precision),
            data.Weights.index_select(0, index1).mul(tensor(mask, device: device)).reshape([.. shape, 1]).to_type(precision))
        {
            Others = data.Counterparts.ToDictionary(counterpart => counterpart.Task, counterpart => counterpart.Of(index1, shape, precision)),
        };
    }

    private static SupportTimes<Tensor> Times(TaskData data, int[][] rows, int length, ScalarType precision)
    {
        var positions = new float[rows.Length * length];
        var elapsed = new float[rows.Length * length];
        for (var task = 0; task < rows.Length; task++)
        {
            for (var index = 0; index < rows[task].Length; index++)
            {
                positions[(task * length) + index] = index + 1;
                elapsed[(task * length) + index] = index == 0 ? 0 : ElapsedTime.Days(data.Timestamps[rows[task][index - 1]], data.Timestamps[rows[task][index]]);
            }
        }

        Tensor Padded(float[] values) => AlignedTensor.Of(values, [rows.Length, length, 1], precision, data.Labels.device);
        return new SupportTimes<Tensor>(Padded(positions), Padded(elapsed));
    }

    private static Dictionary<string, Tensor> Select(IReadOnlyDictionary<string, Tensor> inputs, Tensor index, long[] shape, ScalarType precision) =>
        inputs.ToDictionary(entry => entry.Key, entry =>
        {
            var rows = entry.Value.index_select(0, index).reshape([.. shape, entry.Value.shape[1]]);
            return entry.Value.dtype is ScalarType.Int64 ? rows : rows.to_type(precision);
        });
}
