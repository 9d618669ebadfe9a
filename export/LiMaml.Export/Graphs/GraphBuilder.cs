using System.Globalization;
using System.Runtime.CompilerServices;
using LiMaml.Export.Onnx;
using LiMaml.Models.Checkpoints;

namespace LiMaml.Export.Graphs;

/// <summary>
/// Records an ONNX graph, to be written as a file. Inputs, constants and operations give values of known type and symbolic shape; an operation on
/// operands that do not fit is refused where it is written. Equal constants and equal operations on equal operands are
/// recorded once. The operators are extension methods, by family, in the namespace <c>LiMaml.Export.Graphs.Operators</c>;
/// whole layers with their gradients are a <see cref="Layers.DenseNetwork"/>. Not safe for many threads.
/// </summary>
/// <param name="name">What the graph is called.</param>
/// <param name="profile">Which runtimes it is for: the versions of the operators.</param>
public sealed class GraphBuilder(string name, ExportProfile profile = ExportProfile.Default)
{
    private readonly GraphNames names = new();
    private readonly List<OnnxValue> inputs = [];
    private readonly List<OnnxInitializer> initializers = [];
    private readonly List<OnnxNode> nodes = [];
    private readonly List<(string Name, OnnxValue Value)> outputs = [];
    private readonly Dictionary<string, OnnxValue> constants = [];
    private readonly Dictionary<string, OnnxValue> operations = [];

    /// <summary>What the graph is called.</summary>
    public string Name { get; } = name;

    /// <summary>The versions that operators are written in.</summary>
    internal OperatorSet Operators { get; } = OperatorSet.Of(profile);

    /// <summary>Declares an input.</summary>
    /// <param name="inputName">What callers of the model name it by.</param>
    /// <param name="element">Element type.</param>
    /// <param name="axes">A size for each fixed axis, a name for each free one, the outermost first; none for a scalar.</param>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public OnnxValue Input(string inputName, OnnxElement element, params ReadOnlySpan<OnnxAxis> axes)
    {
        var value = new OnnxValue(this, names.Reserve(inputName), GraphPlace.OfInput(inputName), element, new OnnxShape(axes), isConstant: false);
        inputs.Add(value);
        return value;
    }

    /// <summary>Adds a weight, float32, row by row; the elements are not copied.</summary>
    /// <exception cref="ArgumentException">The name is taken, or the count of elements is not the shape's.</exception>
    public OnnxValue Weight(string weightName, float[] elements, params ReadOnlySpan<long> shape) =>
        Weight(weightName, new NamedTensor(shape.ToArray(), elements));

    /// <summary>Adds a weight whose elements are read when the model is written: it may lie in a file and be larger than memory.</summary>
    /// <exception cref="ArgumentException">The name is taken, the elements are not float32, or their count is not the shape's.</exception>
    public OnnxValue Weight(string weightName, ITensorContents contents)
    {
        ArgumentNullException.ThrowIfNull(contents);
        return contents.Type == "F32"
            ? Add(names.Reserve(weightName), GraphPlace.OfWeight(weightName), OnnxElement.Float32, contents, sizeof(float))
            : throw new ArgumentException($"'{weightName}' has elements of {contents.Type}, expected F32", nameof(contents));
    }

    /// <summary>A constant without a name of its own, float32, row by row.</summary>
    public OnnxValue Constant(ReadOnlySpan<float> elements, params ReadOnlySpan<long> shape) =>
        Share(OnnxElement.Float32, elements, shape, elements.Length == 1 ? elements[0].ToString("R", CultureInfo.InvariantCulture) : "floats");

    /// <summary>A constant list of integers: the axes or positions that operators take as inputs.</summary>
    public OnnxValue Integers(params ReadOnlySpan<long> elements) =>
        Share(OnnxElement.Int64, elements, [elements.Length], $"[{string.Join(',', elements.ToArray())}]");

    /// <summary>A constant integer scalar.</summary>
    public OnnxValue Integer(long element) =>
        Share(OnnxElement.Int64, [element], [], $"int64_{element.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>
    /// Records an operation of the standard operator set with one result; the operators here call this after checking operands
    /// and inferring the result, and so does who needs an operator that is not here.
    /// </summary>
    /// <param name="operatorName">As the ONNX specification names it.</param>
    /// <param name="operands">In the operator's order.</param>
    /// <param name="element">Element type of the result.</param>
    /// <param name="shape">Shape of the result.</param>
    /// <param name="attributes">The operator's settings.</param>
    /// <exception cref="ArgumentException">An operand belongs to another graph.</exception>
    public OnnxValue Record(
        string operatorName,
        IReadOnlyList<OnnxValue> operands,
        OnnxElement element,
        OnnxShape shape,
        params IReadOnlyList<OnnxSetting> attributes)
    {
        foreach (var operand in operands)
        {
            CheckMine(operand);
        }

        var key = string.Join('\n', [operatorName, .. operands.Select(operand => operand.Name), .. attributes.Select(attribute => attribute.ToString())]);
        if (!operations.TryGetValue(key, out var value))
        {
            var place = GraphPlace.OfOperation(operands);
            value = new OnnxValue(this, names.Unique(place.NameOf(operatorName)), place, element, shape, operands.All(operand => operand.IsConstant));
            nodes.Add(new OnnxNode(operatorName, operands, attributes, value));
            operations.Add(key, value);
        }

        return value;
    }

    /// <summary>Declares <paramref name="value"/> an output called <paramref name="outputName"/>.</summary>
    /// <exception cref="ArgumentException">The name is taken, or the value belongs to another graph.</exception>
    public void Output(string outputName, OnnxValue value)
    {
        CheckMine(value);
        outputs.Add((names.Reserve(outputName), value));
    }

    /// <summary>The finished graph: what no output depends on is left out, inputs excepted.</summary>
    /// <param name="metadata">Written into the file, keys in ordinal order; null for none.</param>
    /// <exception cref="InvalidOperationException">There is no output.</exception>
    public OnnxModel Build(IReadOnlyDictionary<string, string>? metadata = null) =>
        outputs.Count == 0
            ? throw new InvalidOperationException($"graph '{Name}' has no output")
            : GraphAssembly.Assemble(Name, Operators, inputs, initializers, nodes, outputs, metadata ?? new Dictionary<string, string>());

    private OnnxValue Share<TElement>(OnnxElement element, ReadOnlySpan<TElement> elements, ReadOnlySpan<long> shape, string text)
        where TElement : unmanaged
    {
        var fingerprint = OnnxInitializer.Fingerprint(element, OnnxShape.Of(shape), elements);
        if (!constants.TryGetValue(fingerprint, out var value))
        {
            value = Add(names.Unique($"constant/{text}"), GraphPlace.None, element, new NamedTensor(shape.ToArray(), elements.ToArray()), Unsafe.SizeOf<TElement>());
            constants.Add(fingerprint, value);
        }

        return value;
    }

    private OnnxValue Add(string valueName, GraphPlace place, OnnxElement element, ITensorContents contents, int elementBytes)
    {
        var shape = OnnxShape.Of([.. contents.Axes]);
        var count = shape.Axes.Aggregate(1L, (product, axis) => product * axis.Size);
        if (count != contents.ByteCount / elementBytes)
        {
            throw new ArgumentException($"'{valueName}': shape {shape} has {count} elements, {contents.ByteCount / elementBytes} were given", nameof(contents));
        }

        var value = new OnnxValue(this, valueName, place, element, shape, isConstant: true);
        initializers.Add(new OnnxInitializer(value, contents));
        return value;
    }

    private void CheckMine(OnnxValue value)
    {
        if (value.Graph != this)
        {
            throw new ArgumentException($"'{value.Name}' belongs to graph '{value.Graph.Name}', not to '{Name}'", nameof(value));
        }
    }
}
