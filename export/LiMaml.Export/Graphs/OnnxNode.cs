namespace LiMaml.Export.Graphs;

/// <summary>One recorded operation.</summary>
/// <param name="Operator">Name of the ONNX operator.</param>
/// <param name="Inputs">Operands, in the operator's order.</param>
/// <param name="Attributes">The operator's settings.</param>
/// <param name="Output">The one result.</param>
internal sealed record OnnxNode(
    string Operator,
    IReadOnlyList<OnnxValue> Inputs,
    IReadOnlyList<OnnxSetting> Attributes,
    OnnxValue Output);
