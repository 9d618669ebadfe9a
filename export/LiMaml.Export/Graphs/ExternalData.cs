using System.Globalization;
using LiMaml.Export.Onnx;

namespace LiMaml.Export.Graphs;

/// <summary>
/// Constants in a file beside the model. Each begins at a multiple of 4 KiB, so that runtimes may map the file; those
/// under 1 KiB stay in the message, where readers look for the axes and positions that operators take.
/// </summary>
internal sealed class ExternalData
{
    private const long SmallestExternal = 1024;
    private const long Alignment = 4096;
    private readonly IReadOnlyList<OnnxInitializer> initializers;
    private readonly Dictionary<OnnxInitializer, long> offsets = [];

    /// <param name="name">The file's name, without a folder.</param>
    /// <param name="initializers">All constants of the model.</param>
    public ExternalData(string name, IReadOnlyList<OnnxInitializer> initializers)
    {
        Name = name;
        this.initializers = initializers;
        var end = 0L;
        foreach (var initializer in initializers.Where(initializer => initializer.ByteCount >= SmallestExternal))
        {
            var offset = (end + Alignment - 1) / Alignment * Alignment;
            offsets.Add(initializer, offset);
            end = offset + initializer.ByteCount;
        }
    }

    /// <summary>The file's name, without a folder.</summary>
    public string Name { get; }

    /// <summary>Whether no constant is large enough to leave the message.</summary>
    public bool IsEmpty => offsets.Count == 0;

    /// <summary>The constants as the message states them.</summary>
    public IEnumerable<TensorProto> ToProtos() =>
        initializers.Select(initializer => offsets.TryGetValue(initializer, out var offset) ? Refer(initializer, offset) : initializer.ToProto());

    /// <summary>Writes the file's contents; <paramref name="stream"/> need not seek.</summary>
    public void WriteTo(Stream stream)
    {
        var position = 0L;
        foreach (var (initializer, offset) in offsets.OrderBy(entry => entry.Value))
        {
            stream.Write(new byte[offset - position]);
            initializer.WriteTo(stream);
            position = offset + initializer.ByteCount;
        }
    }

    private TensorProto Refer(OnnxInitializer initializer, long offset)
    {
        var tensor = initializer.Describe();
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = Name });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = offset.ToString(CultureInfo.InvariantCulture) });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = initializer.ByteCount.ToString(CultureInfo.InvariantCulture) });
        return tensor;
    }
}
