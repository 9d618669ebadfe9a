using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Network;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Data;

/// <summary>Rows of one split that belong to a task: positions in the data's tensors, oldest first.</summary>
/// <param name="Start">First position.</param>
/// <param name="Count">0 where the task has no rows in the split.</param>
internal readonly record struct RowRange(int Start, int Count)
{
    public int End => Start + Count;
}

/// <summary>
/// A dataset's rows for one task definition, in memory as tensors on the training device: every split, every task, and
/// for each block the input tensors its <see cref="FeatureLayout"/> names.
/// </summary>
internal sealed class TaskData : IDisposable
{
    private readonly Dictionary<Split, RowRange[]> ranges;

    private TaskData(MetaBlockSpec block, Builder builder, bool hasOwnSupport, bool merges, Device device)
    {
        Task = block.Task;
        HasSequence = block.Kind is MetaBlockKind.Transformer;
        Keys = [.. builder.Keys];
        ranges = builder.Ranges();
        int[]? order = null;
        if (merges)
        {
            (order, ranges) = MergedRows.Of(ranges, [.. builder.Timestamps], [.. builder.RowNumbers]);
        }

        T[] Ordered<T>(List<T> values) => order is null ? [.. values] : Array.ConvertAll(order, row => values[row]);
        MetaInputs = builder.Meta.ToTensors(device, order);
        GlobalInputs = builder.Global.ToTensors(device, order);
        SupportInputs = hasOwnSupport ? builder.Support.ToTensors(device, order) : GlobalInputs;
        LabelValues = Ordered(builder.Labels);
        WeightValues = Ordered(builder.Weights);
        Timestamps = Ordered(builder.Timestamps);
        RowNumbers = Ordered(builder.RowNumbers);
        Labels = tensor(LabelValues, device: device);
        Weights = tensor(WeightValues, device: device);
    }

    /// <summary>The task definition.</summary>
    public string Task { get; }

    /// <summary>Whether the meta block reads support rows as a sequence, with the time between them.</summary>
    public bool HasSequence { get; }

    /// <summary>Task keys; a task's number is its position here.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>Inputs of the meta block [rows, width].</summary>
    public IReadOnlyDictionary<string, Tensor> MetaInputs { get; }

    /// <summary>Inputs of the global block [rows, width].</summary>
    public IReadOnlyDictionary<string, Tensor> GlobalInputs { get; }

    /// <summary>The same of rows as support samples: with what a history bag or a sequence reads besides [rows, width].</summary>
    public IReadOnlyDictionary<string, Tensor> SupportInputs { get; }

    /// <summary>The other task definitions of the model; empty for a model of one.</summary>
    public IReadOnlyList<Counterpart> Counterparts { get; set; } = [];

    /// <summary>float32 [rows].</summary>
    public Tensor Labels { get; }

    /// <summary>float32 [rows].</summary>
    public Tensor Weights { get; }

    /// <summary>The labels again, for metrics.</summary>
    public float[] LabelValues { get; }

    /// <summary>The weights again, for metrics.</summary>
    public float[] WeightValues { get; }

    /// <summary>Event times in microseconds since 1970-01-01 UTC.</summary>
    public long[] Timestamps { get; }

    /// <summary>Each row's number in the dataset, the same in every definition's copy.</summary>
    public long[] RowNumbers { get; }

    /// <summary>Rows of <paramref name="task"/> in <paramref name="split"/>.</summary>
    public RowRange Rows(int task, Split split) => ranges[split][task];

    /// <summary>Rows in <paramref name="split"/>.</summary>
    public int CountRows(Split split) => ranges[split].Sum(range => range.Count);

    /// <summary>
    /// Loads all splits of the task definition that a meta block of the model serves, the first where <paramref name="block"/> is
    /// null; with <paramref name="merges"/>, validation rows as training rows.
    /// </summary>
    /// <exception cref="InvalidInputException">The dataset has more rows than one tensor indexes, or a split that training needs is empty.</exception>
    public static async Task<TaskData> LoadAsync(Dataset dataset, ModelSpec spec, Device device, Action<long>? onRows = null, MetaBlockSpec? block = null, bool merges = false, CancellationToken cancellation = default)
    {
        block ??= spec.MetaBlocks[0];
        var support = spec.SupportFeatures(block);
        var hasOwnSupport = support.Count > spec.Global.Features.Count;
        var builder = new Builder(
            Parameters.Layout(block.Features, dataset.Schema),
            Parameters.Layout(spec.Global.Features, dataset.Schema),
            Parameters.Layout(hasOwnSupport ? support : [], dataset.Schema));
        var features = block.Features.Union(support).ToList();
        foreach (var split in Enum.GetValues<Split>())
        {
            await foreach (var rows in dataset.ReadAsync(block.Task, split, features, cancellation).ConfigureAwait(false))
            {
                builder.Add(split, rows, dataset.Folder);
                onRows?.Invoke(builder.Labels.Count);
            }
        }

        if (builder.Labels.Count == 0)
        {
            throw new InvalidInputException($"dataset '{dataset.Folder}'", $"no rows for task definition '{block.Task}'", "at least one");
        }

        return new TaskData(block, builder, hasOwnSupport, merges, device);
    }

    public void Dispose()
    {
        foreach (var tensor in MetaInputs.Values.Concat(GlobalInputs.Values).Concat(ReferenceEquals(SupportInputs, GlobalInputs) ? [] : SupportInputs.Values))
        {
            tensor.Dispose();
        }

        foreach (var counterpart in Counterparts)
        {
            counterpart.Dispose();
        }

        Labels.Dispose();
        Weights.Dispose();
    }

    private sealed class Builder(FeatureLayout meta, FeatureLayout global, FeatureLayout support)
    {
        private readonly Dictionary<string, int> tasks = [];
        private readonly Dictionary<Split, Dictionary<int, RowRange>> found = Enum.GetValues<Split>().ToDictionary(split => split, _ => new Dictionary<int, RowRange>());

        public List<string> Keys { get; } = [];

        public List<float> Labels { get; } = [];

        public List<float> Weights { get; } = [];

        public List<long> Timestamps { get; } = [];

        public List<long> RowNumbers { get; } = [];

        public InputColumns Support { get; } = new(support);

        public InputColumns Meta { get; } = new(meta);

        public InputColumns Global { get; } = new(global);

        public void Add(Split split, RowGroup rows, string folder)
        {
            if ((long)Labels.Count + rows.RowCount > int.MaxValue)
            {
                throw new InvalidInputException($"dataset '{folder}'", "more than 2,147,483,647 rows", "fewer rows, or a smaller cap per task, for training in memory");
            }

            for (var index = 0; index < rows.RowCount;)
            {
                var end = index + 1;
                while (end < rows.RowCount && rows.Keys[end] == rows.Keys[index])
                {
                    end++;
                }

                AddTask(split, rows.Keys[index], new RowRange(Labels.Count + index, end - index));
                index = end;
            }

            Labels.AddRange(rows.Labels);
            Weights.AddRange(rows.Weights);
            Timestamps.AddRange(rows.Timestamps);
            RowNumbers.AddRange(rows.Rows);
            Support.Add(rows);
            Meta.Add(rows);
            Global.Add(rows);
        }

        public Dictionary<Split, RowRange[]> Ranges() =>
            found.ToDictionary(entry => entry.Key, entry => Enumerable.Range(0, Keys.Count).Select(task => entry.Value.GetValueOrDefault(task)).ToArray());

        private void AddTask(Split split, string key, RowRange range)
        {
            if (!tasks.TryGetValue(key, out var task))
            {
                tasks[key] = task = Keys.Count;
                Keys.Add(key);
            }

            found[split][task] = range;
        }
    }
}
