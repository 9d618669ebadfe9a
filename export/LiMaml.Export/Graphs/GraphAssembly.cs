using LiMaml.Export.Onnx;

namespace LiMaml.Export.Graphs;

/// <summary>Turns what a <see cref="GraphBuilder"/> recorded into the messages of the specification.</summary>
internal static class GraphAssembly
{
    /// <summary>Nodes in the order recorded, which is topological; only what the outputs depend on.</summary>
    public static OnnxModel Assemble(
        string name,
        OperatorSet operators,
        IReadOnlyList<OnnxValue> inputs,
        IReadOnlyList<OnnxInitializer> initializers,
        IReadOnlyList<OnnxNode> nodes,
        IReadOnlyList<(string Name, OnnxValue Value)> outputs,
        IReadOnlyDictionary<string, string> metadata)
    {
        var needed = Needed(nodes, outputs.Select(output => output.Value));
        var live = nodes.Where(node => needed.Contains(node.Output)).ToList();
        var outputNames = OutputNames(live, outputs);
        string NameOf(OnnxValue value) => outputNames.GetValueOrDefault(value, value.Name);

        var graph = new GraphProto { Name = name };
        graph.Input.AddRange(inputs.Select(input => Describe(input.Name, input)));
        graph.Output.AddRange(outputs.Select(output => Describe(output.Name, output.Value)));
        graph.Node.AddRange(live.Select(node => Write(node, NameOf)));
        graph.Node.AddRange(outputs.Where(output => NameOf(output.Value) != output.Name).Select(output => Copy(NameOf(output.Value), output.Name)));
        graph.ValueInfo.AddRange(live.Where(node => !outputNames.ContainsKey(node.Output)).Select(node => Describe(node.Output.Name, node.Output)));

        var model = new ModelProto
        {
            IrVersion = operators.IrVersion,
            ProducerName = OperatorSet.Producer,
            OpsetImport = { new OperatorSetIdProto { Version = operators.Version } },
            Graph = graph,
        };
        model.MetadataProps.AddRange(metadata
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => new StringStringEntryProto { Key = entry.Key, Value = entry.Value }));
        return new OnnxModel(model, [.. initializers.Where(initializer => needed.Contains(initializer.Value))]);
    }

    private static HashSet<OnnxValue> Needed(IReadOnlyList<OnnxNode> nodes, IEnumerable<OnnxValue> outputs)
    {
        var needed = outputs.ToHashSet();
        foreach (var node in nodes.Reverse())
        {
            if (needed.Contains(node.Output))
            {
                needed.UnionWith(node.Inputs);
            }
        }

        return needed;
    }

    /// <summary>The result of an operation takes the name of the first output that it is; further outputs are copies.</summary>
    private static Dictionary<OnnxValue, string> OutputNames(List<OnnxNode> nodes, IReadOnlyList<(string Name, OnnxValue Value)> outputs)
    {
        var computed = nodes.Select(node => node.Output).ToHashSet();
        var outputNames = new Dictionary<OnnxValue, string>();
        foreach (var (outputName, value) in outputs.Where(output => computed.Contains(output.Value)))
        {
            outputNames.TryAdd(value, outputName);
        }

        return outputNames;
    }

    private static NodeProto Write(OnnxNode node, Func<OnnxValue, string> nameOf) => new()
    {
        Name = node.Output.Name,
        OpType = node.Operator,
        Input = { node.Inputs.Select(nameOf) },
        Output = { nameOf(node.Output) },
        Attribute = { node.Attributes.Select(attribute => attribute.ToProto()) },
    };

    private static NodeProto Copy(string source, string target) => new()
    {
        Name = $"{target}/identity",
        OpType = "Identity",
        Input = { source },
        Output = { target },
    };

    private static ValueInfoProto Describe(string name, OnnxValue value) => new()
    {
        Name = name,
        Type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor { ElemType = (int)value.Element, Shape = value.Shape.ToProto() },
        },
    };
}
