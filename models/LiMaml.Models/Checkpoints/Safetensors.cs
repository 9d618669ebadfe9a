using System.Buffers.Binary;
using LiMaml.Models.Files;

namespace LiMaml.Models.Checkpoints;

/// <summary>
/// Files of named tensors in the safetensors format: 8 bytes with the header's length, a JSON header, the tensors' bytes.
/// Equal tensors give equal files: they are laid out in the ordinal order of their names, and the header is padded with
/// spaces to a multiple of 8 bytes.
/// </summary>
public static class Safetensors
{
    /// <summary>Largest file read unless a caller says otherwise: 64 GiB.</summary>
    public const long DefaultMaxBytes = 64L << 30;

    /// <summary>Longest header, as in the format's own reader: 100 MB.</summary>
    public const int MaxHeaderBytes = 100_000_000;

    /// <summary>Writes <paramref name="tensors"/> to <paramref name="path"/>, all or nothing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">By name; names of any characters except that <c>__metadata__</c> is taken.</param>
    /// <param name="metadata">Text for the header.</param>
    /// <exception cref="ArgumentException">A tensor whose data does not fit its shape or type, or a name that is taken.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata));

    /// <summary>Writes <paramref name="tensors"/> to a stream; see <see cref="Write(string, IReadOnlyDictionary{string, NamedTensor}, IReadOnlyDictionary{string, string}?)"/>.</summary>
    /// <exception cref="ArgumentException">A tensor whose data does not fit its shape or type, or a name that is taken.</exception>
    public static void Write<TTensor>(Stream stream, IReadOnlyDictionary<string, TTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
        where TTensor : ITensorContents
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        var header = SafetensorsHeader.Serialize(tensors, metadata);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var (_, tensor) in tensors.OrderBy(tensor => tensor.Key, StringComparer.Ordinal))
        {
            tensor.Visit(stream.Write);
        }
    }

    /// <summary>Reads all tensors of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">Larger files are refused unread.</param>
    /// <exception cref="InvalidInputException">Missing, too large, truncated, or a header that does not describe exactly what follows it.</exception>
    public static IReadOnlyDictionary<string, NamedTensor> Read(string path, long maxBytes = DefaultMaxBytes)
    {
        using var stream = OpenFile(path, maxBytes);
        var header = SafetensorsHeader.Read(stream, path);
        var tensors = new Dictionary<string, NamedTensor>(header.Entries.Count, StringComparer.Ordinal);
        foreach (var entry in header.Entries)
        {
            var data = TensorTypes.Allocate(entry.Type, entry.ElementCount);
            TensorTypes.Visit(data, stream.ReadExactly); // entries are contiguous and in order, and the file has all their bytes
            tensors.Add(entry.Name, new NamedTensor(entry.Shape, data));
        }

        return tensors;
    }

    /// <summary>Reads a file's header; its tensors are read when they are asked for.</summary>
    /// <exception cref="InvalidInputException">As <see cref="Read"/>.</exception>
    public static IReadOnlyDictionary<string, StoredTensor> Open(string path, long maxBytes = DefaultMaxBytes)
    {
        using var stream = OpenFile(path, maxBytes);
        var header = SafetensorsHeader.Read(stream, path);
        var first = stream.Position;
        var absolute = Path.GetFullPath(path);
        return header.Entries.ToDictionary(
            entry => entry.Name,
            entry => new StoredTensor(absolute, entry.Type, entry.Shape, first + entry.Start, entry.End - entry.Start),
            StringComparer.Ordinal);
    }

    /// <summary>Reads the text in a file's header, without its tensors.</summary>
    /// <exception cref="InvalidInputException">As <see cref="Read"/>.</exception>
    public static IReadOnlyDictionary<string, string> ReadMetadata(string path, long maxBytes = DefaultMaxBytes)
    {
        using var stream = OpenFile(path, maxBytes);
        return SafetensorsHeader.Read(stream, path).Metadata;
    }

    private static FileStream OpenFile(string path, long maxBytes)
    {
        if (!File.Exists(path))
        {
            throw new InvalidInputException(path, "no file", "a safetensors file");
        }

        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (stream.Length <= maxBytes)
        {
            return stream;
        }

        using (stream)
        {
            throw new InvalidInputException(path, $"{stream.Length} bytes", $"at most {maxBytes} bytes");
        }
    }
}
