using System.Globalization;
using Google.Protobuf;
using LiMaml.Export.Onnx;

namespace LiMaml.Export.Graphs;

/// <summary>A finished graph and its constants, ready to be written. The same model gives the same bytes.</summary>
internal sealed class OnnxModel
{
    /// <summary>Constants above this many bytes together leave the message, which protobuf limits to 2 GiB.</summary>
    public const long LargestMessage = 1L << 30;

    /// <summary>Smaller constants stay in the message: readers infer shapes from them.</summary>
    private const long SmallestExternal = 1024;

    private const int ExternalAlignment = 4096;
    private readonly ModelProto structure;
    private readonly IReadOnlyList<OnnxInitializer> initializers;

    /// <summary>A model of <paramref name="structure"/>, which has no initializers yet, and <paramref name="initializers"/>.</summary>
    public OnnxModel(ModelProto structure, IReadOnlyList<OnnxInitializer> initializers)
    {
        this.structure = structure;
        this.initializers = initializers;
    }

    /// <summary>The message with all constants inside.</summary>
    /// <exception cref="OverflowException">The constants are too large for a message.</exception>
    public ModelProto ToProto()
    {
        var model = structure.Clone();
        model.Graph.Initializer.AddRange(initializers.Select(Embedded));
        return model;
    }

    /// <summary>The file's bytes, with all constants inside.</summary>
    public byte[] ToBytes() => ToProto().ToByteArray();

    /// <summary>
    /// Writes the model. Where constants are larger than <paramref name="largestMessage"/> bytes together, those of 1 KiB
    /// and more go to a file beside it, named as the model with <c>.data</c> added.
    /// </summary>
    public void Write(string path, long largestMessage = LargestMessage)
    {
        var model = initializers.Sum(initializer => initializer.ByteCount) > largestMessage ? WithExternalData(path + ".data") : ToProto();
        using var file = File.Create(path);
        model.WriteTo(file);
    }

    private static TensorProto Describe(OnnxInitializer initializer) => new()
    {
        Name = initializer.Value.Name,
        DataType = (int)initializer.Value.Element,
        Dims = { initializer.Value.Shape.Axes.Select(axis => axis.Size) },
    };

    private static TensorProto Embedded(OnnxInitializer initializer)
    {
        var tensor = Describe(initializer);
        tensor.RawData = UnsafeByteOperations.UnsafeWrap(initializer.ToBytes());
        return tensor;
    }

    private ModelProto WithExternalData(string path)
    {
        var model = structure.Clone();
        using var data = File.Create(path);
        model.Graph.Initializer.AddRange(initializers.Select(initializer =>
            initializer.ByteCount < SmallestExternal ? Embedded(initializer) : External(initializer, data, Path.GetFileName(path))));
        return model;
    }

    private static TensorProto External(OnnxInitializer initializer, FileStream data, string location)
    {
        // Aligned to pages: runtimes may map the file instead of reading it.
        data.Position = (data.Length + ExternalAlignment - 1) / ExternalAlignment * ExternalAlignment;
        var tensor = Describe(initializer);
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = data.Position.ToString(CultureInfo.InvariantCulture) });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = initializer.ByteCount.ToString(CultureInfo.InvariantCulture) });
        initializer.WriteTo(data);
        return tensor;
    }
}
