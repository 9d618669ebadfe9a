using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LiMaml.Models.Checkpoints;

/// <summary>The JSON header of a safetensors file, checked against the file.</summary>
internal sealed record SafetensorsHeader(IReadOnlyList<SafetensorsHeader.Entry> Entries, IReadOnlyDictionary<string, string> Metadata)
{
    private const string MetadataName = "__metadata__";

    /// <summary>One tensor; <c>Start</c> and <c>End</c> count bytes after the header.</summary>
    public sealed record Entry(string Name, string Type, long[] Shape, long Start, long End)
    {
        public int ElementCount => (int)((End - Start) / TensorTypes.SizeOf(Type));
    }

    public static byte[] Serialize<TTensor>(IReadOnlyDictionary<string, TTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
        where TTensor : ITensorContents
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                WriteMetadata(json, metadata);
            }

            long start = 0;
            foreach (var (name, tensor) in tensors.OrderBy(tensor => tensor.Key, StringComparer.Ordinal))
            {
                start = WriteEntry(json, name, tensor, start);
            }

            json.WriteEndObject();
        }

        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    /// <summary>Reads a header; afterwards the stream stands at the first tensor.</summary>
    public static SafetensorsHeader Read(Stream stream, string where)
    {
        Span<byte> prefix = stackalloc byte[8];
        Expect.That(stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) == 8, where, $"{stream.Length} bytes", "at least the 8 bytes of a safetensors file's header length");
        var length = BinaryPrimitives.ReadInt64LittleEndian(prefix);
        var longest = Math.Min(Safetensors.MaxHeaderBytes, stream.Length - 8);
        Expect.That(length >= 2 && length <= longest, $"{where}: header length", length, $"2 to {longest} bytes");
        var utf8 = new byte[length];
        stream.ReadExactly(utf8);
        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            return Check(document.RootElement, stream.Length - 8 - length, where);
        }
        catch (JsonException fault)
        {
            throw new InvalidInputException($"{where}: header: not JSON: {fault.Message}", fault);
        }
    }

    private static SafetensorsHeader Check(JsonElement root, long dataBytes, string where)
    {
        Expect.That(root.ValueKind == JsonValueKind.Object, $"{where}: header", root.ValueKind, "an object");
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var entries = new List<Entry>();
        foreach (var property in root.EnumerateObject())
        {
            if (property.Name == MetadataName)
            {
                ReadMetadata(property.Value, metadata, where);
            }
            else
            {
                entries.Add(ReadEntry(property, where));
            }
        }

        entries.Sort((left, right) => left.Start != right.Start ? left.Start.CompareTo(right.Start) : left.End.CompareTo(right.End));
        long next = 0;
        foreach (var entry in entries)
        {
            Expect.That(entry.Start == next, $"{where}: tensor '{entry.Name}': data_offsets", $"[{entry.Start}, {entry.End}]", $"a start of {next}: tensors follow each other without gap or overlap");
            next = entry.End;
        }

        Expect.That(next == dataBytes, $"{where}: tensors", $"{dataBytes} bytes in the file", $"{next}, as the header says");
        return new SafetensorsHeader(entries, metadata);
    }

    private static Entry ReadEntry(JsonProperty property, string where)
    {
        where = $"{where}: tensor '{property.Name}'";
        var value = property.Value;
        Expect.That(value.ValueKind == JsonValueKind.Object, where, value.ValueKind, "an object");
        foreach (var member in value.EnumerateObject())
        {
            Expect.That(member.Name is "dtype" or "shape" or "data_offsets", where, $"a member '{member.Name}'", "dtype, shape, data_offsets");
        }

        var type = value.TryGetProperty("dtype", out var dtype) && dtype.ValueKind == JsonValueKind.String ? dtype.GetString()! : "nothing";
        Expect.That(TensorTypes.SizeOf(type) > 0, $"{where}: dtype", type, TensorTypes.All);
        var shape = ReadIntegers(value, "shape", where);
        var offsets = ReadIntegers(value, "data_offsets", where);
        Expect.That(offsets.Length == 2 && offsets[0] <= offsets[1], $"{where}: data_offsets", NamedTensor.Show(offsets), "[start, end]");
        var bytes = ByteCount(shape, TensorTypes.SizeOf(type));
        Expect.That(bytes == offsets[1] - offsets[0], $"{where}: data_offsets", $"{offsets[1] - offsets[0]} bytes", bytes < 0 ? $"a smaller shape than {NamedTensor.Show(shape)}" : $"{bytes} for {type} {NamedTensor.Show(shape)}");
        return new Entry(property.Name, type, shape, offsets[0], offsets[1]);
    }

    private static long[] ReadIntegers(JsonElement owner, string name, string where)
    {
        Expect.That(owner.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array, $"{where}: {name}", list.ValueKind == JsonValueKind.Undefined ? "nothing" : list.ValueKind, "a list of integers");
        var integers = new long[list.GetArrayLength()];
        for (var index = 0; index < integers.Length; index++)
        {
            var isCount = list[index].ValueKind == JsonValueKind.Number && list[index].TryGetInt64(out integers[index]) && integers[index] >= 0;
            Expect.That(isCount, $"{where}: {name}", list[index].GetRawText(), "integers, 0 or more");
        }

        return integers;
    }

    /// <summary>Bytes of a tensor, or -1 where one array could not hold it.</summary>
    private static long ByteCount(IReadOnlyList<long> shape, int elementSize)
    {
        if (shape.Contains(0))
        {
            return 0;
        }

        long elements = 1;
        foreach (var size in shape)
        {
            if (size > Array.MaxLength / elements)
            {
                return -1;
            }

            elements *= size;
        }

        return elements * elementSize;
    }

    private static void ReadMetadata(JsonElement value, Dictionary<string, string> metadata, string where)
    {
        Expect.That(value.ValueKind == JsonValueKind.Object, $"{where}: {MetadataName}", value.ValueKind, "an object");
        foreach (var member in value.EnumerateObject())
        {
            Expect.That(member.Value.ValueKind == JsonValueKind.String, $"{where}: {MetadataName}: {member.Name}", member.Value.ValueKind, "a string");
            metadata.Add(member.Name, member.Value.GetString()!);
        }
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject(MetadataName);
        foreach (var (name, text) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            json.WriteString(name, text);
        }

        json.WriteEndObject();
    }

    private static long WriteEntry(Utf8JsonWriter json, string name, ITensorContents tensor, long start)
    {
        var size = TensorTypes.SizeOf(tensor.Type);
        if (name == MetadataName || size == 0 || tensor.Axes.Any(axis => axis < 0) || ByteCount(tensor.Axes, size) != tensor.ByteCount)
        {
            throw new ArgumentException($"tensor '{name}': {(size == 0 ? 0 : tensor.ByteCount / size)} elements of {tensor.Type} in shape {NamedTensor.Show([.. tensor.Axes])}; expected as many as the shape says, of type {TensorTypes.All}, under another name than {MetadataName}", nameof(tensor));
        }

        var end = start + tensor.ByteCount;
        json.WriteStartObject(name);
        json.WriteString("dtype", tensor.Type);
        WriteIntegers(json, "shape", tensor.Axes);
        WriteIntegers(json, "data_offsets", [start, end]);
        json.WriteEndObject();
        return end;
    }

    private static void WriteIntegers(Utf8JsonWriter json, string name, IReadOnlyList<long> integers)
    {
        json.WriteStartArray(name);
        foreach (var integer in integers)
        {
            json.WriteNumberValue(integer);
        }

        json.WriteEndArray();
    }
}
