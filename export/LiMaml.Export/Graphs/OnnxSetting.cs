using Google.Protobuf;
using LiMaml.Export.Onnx;
using Kind = LiMaml.Export.Onnx.AttributeProto.Types.AttributeType;

namespace LiMaml.Export.Graphs;

/// <summary>A setting of an operation, fixed when the graph is built.</summary>
public sealed class OnnxSetting
{
    private readonly AttributeProto proto;

    private OnnxSetting(AttributeProto proto) => this.proto = proto;

    /// <summary>An integer.</summary>
    public static OnnxSetting Integer(string name, long value) => new(new AttributeProto { Name = name, Type = Kind.Int, I = value });

    /// <summary>A list of integers.</summary>
    public static OnnxSetting Integers(string name, params IEnumerable<long> values) => new(new AttributeProto { Name = name, Type = Kind.Ints, Ints = { values } });

    /// <summary>A number, float32.</summary>
    public static OnnxSetting Number(string name, float value) => new(new AttributeProto { Name = name, Type = Kind.Float, F = value });

    /// <summary>A text.</summary>
    public static OnnxSetting Text(string name, string value) => new(new AttributeProto { Name = name, Type = Kind.String, S = ByteString.CopyFromUtf8(value) });

    /// <summary>Name and value, as in a graph dump: <c>axis=1</c>.</summary>
    public override string ToString() => AttributeText.Of(proto);

    internal AttributeProto ToProto() => proto.Clone();
}
