using LiMaml.Export.Onnx;

namespace LiMaml.Export.Graphs;

/// <summary>One recorded operation.</summary>
/// <param name="Operator">Name of the ONNX operator.</param>
/// <param name="Inputs">Operands, in the operator's order.</param>
/// <param name="Attributes">The operator's settings.</param>
/// <param name="Output">The one result.</param>
internal sealed record OnnxNode(
    string Operator,
    IReadOnlyList<OnnxValue> Inputs,
    IReadOnlyList<AttributeProto> Attributes,
    OnnxValue Output);

/// <summary>The attributes that the operators here take.</summary>
internal static class OnnxAttributes
{
    /// <summary>An integer.</summary>
    public static AttributeProto Integer(string name, long value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    /// <summary>A list of integers.</summary>
    public static AttributeProto Integers(string name, params IEnumerable<long> values) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } };
}
