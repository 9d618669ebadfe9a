using System.Globalization;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Training.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Handoff;

/// <summary>
/// Draws inputs such as the graphs of a model meet: features within what training saw, meta embeddings that its meta
/// blocks make, and labels that it would believe. Arbitrary ones could drive the fine-tuning to where rounding decides.
/// </summary>
/// <param name="spec">The model.</param>
/// <param name="schema">The features it reads.</param>
/// <param name="network">The model, with its weights.</param>
/// <param name="random">The only source of chance.</param>
internal sealed class PlausibleInputs(ModelSpec spec, DatasetSchema schema, ServedNetwork<Tensor> network, Random random)
{
    private readonly IReadOnlyList<PackageGraph> graphs = PackageGraphs.Of(spec, schema);
    private readonly PlausibleFeatures features = new(schema, random);

    /// <summary>Every input of <paramref name="graph"/>, by name. Padded samples hold values like any other, but no weight.</summary>
    public Dictionary<string, Tensor> Draw(PackageGraph graph, CaseSize size)
    {
        var inputs = graph.Inputs.Where(input => input.Features.Count > 0).ToDictionary(input => input.Name, input => features.Draw(input, Shape(input, size)));
        foreach (var block in spec.MetaBlocks)
        {
            foreach (var name in ((string[])[GraphTensorNames.EmbeddingOf(block.Task, spec), GraphTensorNames.SupportEmbeddingOf(block.Task)]).Where(name => graph.Inputs.Any(input => input.Name == name)))
            {
                inputs[name] = Embeddings(block.Task, Shape(graph.Inputs.Single(input => input.Name == name), size));
            }
        }

        if (graph.Kind is GraphKind.Adapt)
        {
            inputs[GraphTensorNames.SupportWeight] = Weights(size);
            if (graph.Inputs.Any(input => input.Name == GraphTensorNames.SupportPosition))
            {
                inputs[GraphTensorNames.SupportPosition] = PerSample(size, sample => sample + 1);
                inputs[GraphTensorNames.SupportElapsed] = PerSample(size, sample => sample == 0 ? 0 : (float)(Math.Exp(6 * random.NextDouble()) - 1)); // moments to a year
            }

            inputs[GraphTensorNames.SupportLabel] = Labels(graph.Task!, inputs, size);
        }

        return inputs;
    }

    private static long[] Shape(GraphInput input, CaseSize size) => [.. input.Axes.Select(axis => axis switch
    {
        GraphTensorNames.SupportAxis => size.Support,
        GraphTensorNames.TasksAxis or GraphTensorNames.RowsAxis => size.Rows,
        _ => long.Parse(axis, CultureInfo.InvariantCulture),
    })];

    /// <summary>What the meta block of <paramref name="task"/> makes of rows that were drawn for it.</summary>
    private Tensor Embeddings(string task, long[] shape)
    {
        var rows = (int)shape[..^1].Aggregate(1L, (product, axis) => product * axis);
        return rows == 0 ? zeros(shape) : Embed(task, Draw(MetaGraph(task), new CaseSize("", rows, 0, []))).reshape(shape);
    }

    private Tensor Weights(CaseSize size) => PerSample(size, _ => random.Next(3) == 0 ? 0.25f + (random.Next(1, 4) * 0.25f) : 1);

    /// <summary>A number for each sample that is no padding, by its place in its task's support.</summary>
    private static Tensor PerSample(CaseSize size, Func<int, float> number)
    {
        var numbers = new float[size.Rows * size.Support];
        for (var task = 0; task < size.Rows; task++)
        {
            for (var sample = 0; sample < size.Lengths[task]; sample++)
            {
                numbers[(task * size.Support) + sample] = number(sample);
            }
        }

        return AlignedTensor.Of(numbers, [size.Rows, size.Support]);
    }

    private Tensor Labels(string task, Dictionary<string, Tensor> inputs, CaseSize size)
    {
        if (size.Support == 0)
        {
            return zeros(size.Rows, 0);
        }

        using var scope = NewDisposeScope();
        var scores = Scores(task, inputs, size).data<float>().ToArray();
        return AlignedTensor.Of([.. scores.Select(Label)], [size.Rows, size.Support]).MoveToOuterDisposeScope();
    }

    private float Label(float score) => spec.Label switch
    {
        LabelKind.Binary => random.NextDouble() < score ? 1 : 0,
        LabelKind.Graded => (float)((score + random.NextDouble()) / 2),
        _ => (float)(score + ((Math.Abs(score) + 1) * 0.5 * (random.NextDouble() - 0.5))),
    };

    /// <summary>The probability (or prediction) of each support sample under θ.</summary>
    private Tensor Scores(string task, Dictionary<string, Tensor> inputs, CaseSize size)
    {
        var block = spec.MetaBlocks.Single(block => block.Task == task);
        var rows = size.Rows * size.Support;
        Tensor Flat(string name) => inputs[name].reshape(rows, -1);
        var meta = Parameters.Layout(block.Features, schema).Inputs.ToDictionary(input => input.Name, input => block.Kind is MetaBlockKind.IdEmbedding
            ? inputs[GraphTensorNames.Latest(input.Name)].repeat_interleave(size.Support, 0)
            : Flat(GraphTensorNames.SupportMeta(input.Name)));
        var global = Parameters.Layout(spec.Global.Features, schema).Inputs.ToDictionary(
            input => input.Name, input => Flat(GraphTensorNames.Support(input.Name)).narrow(1, 0, input.Width)); // what only the bag reads comes last
        foreach (var other in spec.MetaBlocks)
        {
            global[GraphTensorNames.EmbeddingOf(other.Task, spec)] = other == block ? Embed(task, meta) : Flat(GraphTensorNames.SupportEmbeddingOf(other.Task));
        }

        var outputs = network.Evaluate(graphs.Single(graph => graph.Kind is GraphKind.Global), global);
        return outputs[spec.Label is not LabelKind.Real ? GraphTensorNames.Probability : GraphTensorNames.Prediction];
    }

    private Tensor Embed(string task, IReadOnlyDictionary<string, Tensor> inputs) => network.Evaluate(MetaGraph(task), inputs)[GraphTensorNames.MetaEmbedding];

    private PackageGraph MetaGraph(string task) => graphs.Single(graph => graph.Kind is GraphKind.Meta && graph.Task == task);
}
