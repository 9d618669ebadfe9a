using LiMaml.Models.Datasets;
using LiMaml.Models.Specs;
using static TorchSharp.torch;

namespace LiMaml.Training.Data;

/// <summary>A dataset for every task definition of a model: a row is in one task of each.</summary>
internal sealed class JointData : IDisposable
{
    private JointData(IReadOnlyList<TaskData> definitions) => Definitions = definitions;

    /// <summary>In the order of the model's meta blocks, the first being the one that rows are judged by.</summary>
    public IReadOnlyList<TaskData> Definitions { get; }

    /// <summary>
    /// Loads the copies of all definitions, with <paramref name="merges"/> validation rows as training rows; rows meet zeros as
    /// the others' meta embeddings until those are set.
    /// </summary>
    /// <exception cref="Models.InvalidInputException">As of <see cref="TaskData.LoadAsync"/>.</exception>
    public static async Task<JointData> LoadAsync(Dataset dataset, ModelSpec model, Device device, bool merges, CancellationToken cancellation)
    {
        var definitions = new List<TaskData>();
        try
        {
            foreach (var block in model.MetaBlocks)
            {
                definitions.Add(await TaskData.LoadAsync(dataset, model, device, null, block, merges, cancellation).ConfigureAwait(false));
            }
        }
        catch
        {
            definitions.ForEach(data => data.Dispose());
            throw;
        }

        Connect(model, definitions, device);
        return new JointData(definitions);
    }

    /// <summary>Gives the rows of every other definition the meta embeddings [tasks, embedding] of one.</summary>
    public void SetEmbeddings(string task, Tensor table)
    {
        foreach (var counterpart in Definitions.SelectMany(data => data.Counterparts).Where(counterpart => counterpart.Task == task))
        {
            counterpart.Set(table);
        }
    }

    public void Dispose()
    {
        foreach (var data in Definitions)
        {
            data.Dispose();
        }
    }

    private static void Connect(ModelSpec model, List<TaskData> definitions, Device device)
    {
        if (definitions.Count == 1)
        {
            return;
        }

        var taskOf = definitions.ConvertAll(TaskOfRow);
        for (var index = 0; index < definitions.Count; index++)
        {
            var rows = definitions[index].RowNumbers;
            definitions[index].Counterparts =
            [
                .. Enumerable.Range(0, definitions.Count).Where(other => other != index).Select(other => new Counterpart(
                    definitions[other].Task,
                    Array.ConvertAll(rows, row => taskOf[other].TryGetValue(row, out var task) ? task : definitions[other].Keys.Count),
                    definitions[other].Keys.Count,
                    model.MetaBlocks[other].EmbeddingSize,
                    device)),
            ];
        }
    }

    private static Dictionary<long, long> TaskOfRow(TaskData data)
    {
        var tasks = new Dictionary<long, long>(data.RowNumbers.Length);
        foreach (var split in Enum.GetValues<Split>())
        {
            for (var task = 0; task < data.Keys.Count; task++)
            {
                var rows = data.Rows(task, split);
                for (var row = rows.Start; row < rows.End; row++)
                {
                    tasks[data.RowNumbers[row]] = task;
                }
            }
        }

        return tasks;
    }
}
