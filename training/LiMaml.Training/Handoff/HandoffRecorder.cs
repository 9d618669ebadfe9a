using LiMaml.Models;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Training.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Handoff;

/// <summary>Says what a trained network gives for inputs of every kind, so that whoever serves it can check that it still does.</summary>
public static class HandoffRecorder
{
    private const int MostSupport = 32;

    /// <summary>
    /// Evaluates every graph that <paramref name="checkpoint"/> is served by, in single precision on the CPU, without
    /// dropout: single rows and several; supports of no, one and many samples, ragged, padded, and without any weight.
    /// </summary>
    /// <param name="checkpoint">The trained model.</param>
    /// <param name="seed">Of the inputs; equal checkpoints and seeds give equal inputs.</param>
    /// <returns>Some cases for each of <see cref="PackageGraphs.Of"/>.</returns>
    /// <exception cref="InvalidInputException">A parameter is missing or misshapen.</exception>
    public static IReadOnlyList<HandoffCase> Record(Checkpoint checkpoint, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return OnOneThread(() => Record(checkpoint.Model, checkpoint.Schema, () => ModelParameters.From(checkpoint, CPU), seed));
    }

    /// <summary>The same for a checkpoint on disk, of whose large tables only the rows in use come to memory.</summary>
    /// <param name="checkpoint">The trained model.</param>
    /// <param name="seed">Of the inputs; equal checkpoints and seeds give equal inputs.</param>
    /// <param name="largestCopy">Bytes of a tensor that is copied to memory, 0 or more; larger ones are mapped. Default 64 MiB.</param>
    /// <returns>Some cases for each of <see cref="PackageGraphs.Of"/>.</returns>
    public static IReadOnlyList<HandoffCase> Record(StoredCheckpoint checkpoint, int seed = 1, long largestCopy = StoredValues.LargestCopy)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return OnOneThread(() => Record(checkpoint.Model, checkpoint.Schema, () => ModelParameters.From(checkpoint, largestCopy), seed));
    }

    // The order of sums must not depend on the cores of a machine.
    private static List<HandoffCase> OnOneThread(Func<List<HandoffCase>> record)
    {
        var threads = get_num_threads();
        set_num_threads(1);
        try
        {
            return record();
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    private static List<HandoffCase> Record(ModelSpec spec, DatasetSchema schema, Func<ModelParameters> read, int seed)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var parameters = read();
        var network = new ServedNetwork<Tensor>(spec, schema, new TorchAlgebra(CPU), name => parameters[name]);
        var inputs = new PlausibleInputs(spec, schema, network, new Random(seed));
        return [.. PackageGraphs.Of(spec, schema)
            .SelectMany(graph => Sizes(graph, CapacityOf(graph, spec)).Select(size => Record(network, graph, size, inputs)))];
    }

    private static HandoffCase Record(ServedNetwork<Tensor> network, PackageGraph graph, CaseSize size, PlausibleInputs inputs)
    {
        var values = inputs.Draw(graph, size);
        return new HandoffCase(graph.Name, size.Name, Named(values), Named(network.Evaluate(graph, values)));
    }

    private static int CapacityOf(PackageGraph graph, ModelSpec model) =>
        graph.Task is null ? model.FineTuning.SupportCapacity : model.FineTuning.For(model.MetaBlock(graph.Task)).SupportCapacity;

    private static CaseSize[] Sizes(PackageGraph graph, int capacity)
    {
        if (graph.Kind is not GraphKind.Adapt)
        {
            return [new("one", 1, 0, []), new("many", 9, 0, [])];
        }

        var many = Math.Min(capacity, MostSupport);
        return
        [
            new("no support", 3, 0, [0, 0, 0]),
            new("one sample", 3, 1, [1, 1, 1]),
            new("one task", 1, many, [many]),
            new("many samples", 4, many, [many, many, many, many]),
            new("ragged", 5, many, [many, 0, 1, many / 2, many - 1]),
            new("padded", 2, many + 3, [many, many / 2]),
            new("no weight", 2, 4, [0, 0]),
        ];
    }

    private static Dictionary<string, NamedTensor> Named(IReadOnlyDictionary<string, Tensor> tensors) => tensors.ToDictionary(entry => entry.Key, entry =>
    {
        using var values = entry.Value.contiguous();
        return new NamedTensor(values.shape, values.dtype is ScalarType.Int64 ? Values<long>(values) : Values<float>(values));
    });

    private static T[] Values<T>(Tensor tensor)
        where T : unmanaged => tensor.numel() == 0 ? [] : tensor.data<T>().ToArray(); // there is no access to nothing
}

/// <summary>How large a recorded case is.</summary>
/// <param name="Name">Of the case.</param>
/// <param name="Rows">Rows or tasks.</param>
/// <param name="Support">Samples that each task is padded to.</param>
/// <param name="Lengths">Samples with weight, for each task.</param>
internal sealed record CaseSize(string Name, int Rows, int Support, int[] Lengths);
