using LiMaml.Models;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Network;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LiMaml.Training.Tensors;

/// <summary>The parameters of a model as TorchSharp tensors, by name.</summary>
internal sealed class ModelParameters : IDisposable
{
    private readonly Dictionary<string, Parameter> tensors;

    private ModelParameters(IReadOnlyList<ParameterDeclaration> declarations, Dictionary<string, Parameter> tensors)
    {
        Declarations = declarations;
        this.tensors = tensors;
    }

    /// <summary>What they are for, in a stable order.</summary>
    public IReadOnlyList<ParameterDeclaration> Declarations { get; }

    /// <summary>The parameter called <paramref name="name"/>.</summary>
    public Parameter this[string name] => tensors[name];

    /// <summary>Draws initial values; a function of the seed alone, on every device and precision.</summary>
    public static ModelParameters Initialise(ModelSpec spec, DatasetSchema schema, int seed, Device device, ScalarType precision = ScalarType.Float32)
    {
        var declarations = Parameters.Declare(spec, schema);
        var random = new Random(seed);
        return Create(declarations, declaration => Normal(random, declaration), device, precision);
    }

    /// <summary>Takes the values of a checkpoint.</summary>
    /// <exception cref="InvalidInputException">A parameter is missing or has another shape than the spec asks for.</exception>
    public static ModelParameters From(Checkpoint checkpoint, Device device, ScalarType precision = ScalarType.Float32) =>
        Create(Parameters.Declare(checkpoint.Model, checkpoint.Schema), declaration => Values(checkpoint, declaration), device, precision);

    /// <summary>Takes the values of a checkpoint on disk, on the CPU; tables of more than <paramref name="largestCopy"/> bytes stay there, mapped.</summary>
    public static ModelParameters From(StoredCheckpoint checkpoint, long largestCopy)
    {
        var declarations = Parameters.Declare(checkpoint.Model, checkpoint.Schema);
        return new(declarations, declarations.ToDictionary(
            declaration => declaration.Name,
            declaration => new Parameter(StoredValues.Of(checkpoint.Weights[declaration.Name], largestCopy).DetachFromDisposeScope(), requires_grad: false)));
    }

    /// <summary>The present values, as a checkpoint stores them.</summary>
    public IReadOnlyDictionary<string, NamedTensor> ToNamedTensors() =>
        Declarations.ToDictionary(declaration => declaration.Name, declaration => ToNamedTensor(tensors[declaration.Name], [.. declaration.Shape]));

    /// <summary>Overwrites the values with <paramref name="values"/>, e.g. those of the best epoch.</summary>
    public void Load(IReadOnlyDictionary<string, NamedTensor> values)
    {
        using var _ = no_grad();
        foreach (var declaration in Declarations)
        {
            using var value = tensor((float[])values[declaration.Name].Data, [.. declaration.Shape]);
            tensors[declaration.Name].copy_(value);
        }
    }

    /// <summary>The present values of a tensor, as float32 on the CPU.</summary>
    public static NamedTensor ToNamedTensor(Tensor tensor, IReadOnlyList<long> shape)
    {
        using var values = tensor.detach().to(ScalarType.Float32, CPU).contiguous();
        return new NamedTensor([.. shape], values.data<float>().ToArray());
    }

    public void Dispose()
    {
        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private static ModelParameters Create(IReadOnlyList<ParameterDeclaration> declarations, Func<ParameterDeclaration, float[]> values, Device device, ScalarType precision) =>
        new(declarations, declarations.ToDictionary(
            declaration => declaration.Name,
            declaration => new Parameter(AlignedTensor.Of(values(declaration), [.. declaration.Shape], precision, device).DetachFromDisposeScope())));

    private static float[] Values(Checkpoint checkpoint, ParameterDeclaration declaration)
    {
        if (!checkpoint.Weights.TryGetValue(declaration.Name, out var stored))
        {
            throw new InvalidInputException($"weights.safetensors, tensor '{declaration.Name}'", "nothing", $"float32 [{string.Join(", ", declaration.Shape)}]");
        }

        if (stored.Data is not float[] values || !stored.Shape.SequenceEqual(declaration.Shape))
        {
            throw new InvalidInputException(
                $"weights.safetensors, tensor '{declaration.Name}'",
                $"{stored.Data.GetType().GetElementType()?.Name} [{string.Join(", ", stored.Shape)}]",
                $"float32 [{string.Join(", ", declaration.Shape)}]");
        }

        return values;
    }

    private static float[] Normal(Random random, ParameterDeclaration declaration)
    {
        var values = new float[declaration.Shape.Aggregate(1L, (product, size) => product * size)];
        Array.Fill(values, (float)declaration.InitialMean);
        for (var index = 0; index < values.Length && declaration.InitialDeviation > 0; index++)
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            values[index] += (float)(declaration.InitialDeviation * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }
}
