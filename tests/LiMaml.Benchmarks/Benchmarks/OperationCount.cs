using LiMaml.Export.Onnx;

namespace LiMaml.Benchmarks.Benchmarks;

/// <summary>Floating-point operations of a graph's matrix products; everything else is small beside them.</summary>
internal static class OperationCount
{
    /// <param name="model">A graph whose values all have shapes.</param>
    /// <param name="sizes">Of the free axes.</param>
    internal static double Of(ModelProto model, IReadOnlyDictionary<string, int> sizes)
    {
        var graph = model.Graph;
        var shapes = graph.Input.Concat(graph.Output).Concat(graph.ValueInfo).ToDictionary(value => value.Name, value => Shape(value, sizes));
        foreach (var constant in graph.Initializer)
        {
            shapes[constant.Name] = [.. constant.Dims];
        }

        return graph.Node.Where(node => node.OpType == "MatMul")
            .Sum(node => 2.0 * shapes[node.Output[0]].Aggregate(1.0, (product, size) => product * size) * shapes[node.Input[0]][^1]);
    }

    private static long[] Shape(ValueInfoProto value, IReadOnlyDictionary<string, int> sizes) =>
        [.. value.Type.TensorType.Shape.Dim.Select(axis => axis.ValueCase is TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam ? sizes[axis.DimParam] : axis.DimValue)];
}
