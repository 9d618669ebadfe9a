using Google.Protobuf;
using LiMaml.Export.Onnx;
using LiMaml.Models.Files;

namespace LiMaml.Export.Graphs;

/// <summary>A finished graph and its constants, ready to be written. The same model gives the same bytes.</summary>
public sealed class OnnxModel
{
    /// <summary>Bytes of constants that a file holds unless a caller says otherwise, 1 GiB: protobuf ends at 2 GiB, and some runtimes below.</summary>
    public const long DefaultLargestMessage = 1L << 30;

    private readonly ModelProto structure;
    private readonly IReadOnlyList<OnnxInitializer> initializers;

    /// <param name="structure">The model without its constants.</param>
    /// <param name="initializers">Its constants.</param>
    internal OnnxModel(ModelProto structure, IReadOnlyList<OnnxInitializer> initializers)
    {
        this.structure = structure;
        this.initializers = initializers;
    }

    /// <summary>Size of all constants in a file, in bytes.</summary>
    public long ConstantBytes => initializers.Sum(initializer => initializer.ByteCount);

    /// <summary>The bytes of a file with all constants inside, as runtimes load it.</summary>
    /// <exception cref="OverflowException">The constants are too large for one message.</exception>
    public byte[] ToBytes() => ToProto().ToByteArray();

    /// <summary>
    /// Writes the model to <paramref name="path"/>, replacing what was there. Where constants are larger than
    /// <paramref name="largestMessage"/> bytes together, they go to a second file, the path with <c>.data</c> added, which
    /// has to stay beside the first; such a model is loaded by its path, not from bytes.
    /// </summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void Save(string path, long largestMessage = DefaultLargestMessage)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        foreach (var (name, write) in ToFiles(Path.GetFileName(path), largestMessage).Reverse()) // the model last: it names the other
        {
            AtomicFile.Write(Path.Combine(folder, name), write);
        }
    }

    /// <summary>The graph for people; see <see cref="GraphText"/>.</summary>
    public override string ToString() => GraphText.Of(this);

    /// <summary>The message with all constants inside.</summary>
    /// <exception cref="OverflowException">A constant is too large for a message.</exception>
    internal ModelProto ToProto() => With(initializers.Select(initializer => initializer.ToProto()));

    /// <summary>The message with names, types and shapes of constants, without their elements.</summary>
    internal ModelProto Describe() => With(initializers.Select(initializer => initializer.Describe()));

    /// <summary>
    /// The files of the model, first the message. Protobuf limits that to 2 GiB: where constants are larger than
    /// <paramref name="largestMessage"/> bytes together, they go to a second file, called <paramref name="name"/> with
    /// <c>.data</c> added, which has to lie beside the first.
    /// </summary>
    internal IReadOnlyList<(string Name, Action<Stream> Write)> ToFiles(string name, long largestMessage)
    {
        var external = new ExternalData($"{name}.data", initializers);
        if (ConstantBytes <= largestMessage || external.IsEmpty)
        {
            return [(name, stream => ToProto().WriteTo(stream))];
        }

        return [(name, stream => With(external.ToProtos()).WriteTo(stream)), (external.Name, external.WriteTo)];
    }

    private ModelProto With(IEnumerable<TensorProto> constants)
    {
        var model = structure.Clone();
        model.Graph.Initializer.AddRange(constants);
        return model;
    }
}
