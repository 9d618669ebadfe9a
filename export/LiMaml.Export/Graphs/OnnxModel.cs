using Google.Protobuf;
using LiMaml.Export.Onnx;

namespace LiMaml.Export.Graphs;

/// <summary>A finished graph and its constants, ready to be written. The same model gives the same bytes.</summary>
/// <param name="structure">The model without its constants.</param>
/// <param name="initializers">Its constants.</param>
internal sealed class OnnxModel(ModelProto structure, IReadOnlyList<OnnxInitializer> initializers)
{
    /// <summary>Size of all constants in a file, in bytes.</summary>
    public long ConstantBytes => initializers.Sum(initializer => initializer.ByteCount);

    /// <summary>The message with all constants inside.</summary>
    /// <exception cref="OverflowException">A constant is too large for a message.</exception>
    public ModelProto ToProto() => With(initializers.Select(initializer => initializer.ToProto()));

    /// <summary>The message's bytes, with all constants inside.</summary>
    public byte[] ToBytes() => ToProto().ToByteArray();

    /// <summary>
    /// The files of the model, first the message. Protobuf limits that to 2 GiB: where constants are larger than
    /// <paramref name="largestMessage"/> bytes together, they go to a second file, called <paramref name="name"/> with
    /// <c>.data</c> added, which has to lie beside the first.
    /// </summary>
    public IReadOnlyList<(string Name, Action<Stream> Write)> ToFiles(string name, long largestMessage)
    {
        if (ConstantBytes <= largestMessage)
        {
            return [(name, stream => ToProto().WriteTo(stream))];
        }

        var external = new ExternalData($"{name}.data", initializers);
        return [(name, stream => With(external.ToProtos()).WriteTo(stream)), (external.Name, external.WriteTo)];
    }

    private ModelProto With(IEnumerable<TensorProto> constants)
    {
        var model = structure.Clone();
        model.Graph.Initializer.AddRange(constants);
        return model;
    }
}
