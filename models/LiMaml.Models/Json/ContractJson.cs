using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using LiMaml.Models.Files;

namespace LiMaml.Models.Json;

/// <summary>
/// The one way LiMaml's JSON files are read and written: camelCase members, enumerations as camelCase strings, unknown,
/// duplicate and missing members refused, null only where a value is optional. Equal values give equal bytes.
/// </summary>
public static class ContractJson
{
    /// <summary>Largest file read unless a caller says otherwise: 256 MiB, room for vocabularies of millions of entries.</summary>
    public const long DefaultMaxBytes = 256L << 20;

    /// <summary>The settings themselves, for <c>JsonNode</c>s and the like; read-only.</summary>
    public static JsonSerializerOptions Options { get; } = MakeOptions();

    /// <summary>Reads a file as a <typeparamref name="T"/>.</summary>
    /// <param name="path">The file; named in every message.</param>
    /// <param name="maxBytes">Larger files are refused unread.</param>
    /// <exception cref="InvalidInputException">The file is missing, too large, not JSON, or not a <typeparamref name="T"/>; the message names the JSON path, what stands there and what would be accepted.</exception>
    public static T Read<T>(string path, long maxBytes = DefaultMaxBytes)
        where T : class => Parse<T>(ReadBytes(path, maxBytes), path);

    /// <summary>The bytes of a JSON file without a byte order mark.</summary>
    /// <exception cref="InvalidInputException">The file is missing or too large.</exception>
    internal static ReadOnlyMemory<byte> ReadBytes(string path, long maxBytes = DefaultMaxBytes)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new InvalidInputException(path, "no file", "a JSON file");
        }

        if (file.Length > maxBytes)
        {
            throw new InvalidInputException(path, $"{file.Length} bytes", $"at most {maxBytes} bytes");
        }

        return WithoutMark(File.ReadAllBytes(path));
    }

    /// <summary>Reads UTF-8 JSON, with or without a byte order mark, as a <typeparamref name="T"/>.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="where">Where it came from, for messages.</param>
    /// <exception cref="InvalidInputException">It is not JSON, or not a <typeparamref name="T"/>.</exception>
    public static T Parse<T>(ReadOnlyMemory<byte> utf8, string where)
        where T : class
    {
        utf8 = WithoutMark(utf8);
        try
        {
            JsonFaults.RefuseNullsInArrays(utf8, where);
            return JsonSerializer.Deserialize<T>(utf8.Span, Options)
                ?? throw new InvalidInputException(where, "null", "an object");
        }
        catch (JsonException fault)
        {
            throw JsonFaults.Explain(fault, utf8, where, typeof(T));
        }
        catch (NotSupportedException fault)
        {
            throw JsonFaults.Explain(fault, where);
        }
    }

    /// <summary>The bytes of <paramref name="value"/>: UTF-8, indented by two spaces, lines ended by LF, the last one too.</summary>
    public static byte[] Serialize<T>(T value)
        where T : class => [.. JsonSerializer.SerializeToUtf8Bytes(value, Options), (byte)'\n'];

    /// <summary>The bytes of <paramref name="value"/> in the same form, its members in the order that they have.</summary>
    internal static byte[] Serialize(JsonElement value) => [.. JsonSerializer.SerializeToUtf8Bytes(value, Options), (byte)'\n'];

    /// <summary>Writes <paramref name="value"/> to <paramref name="path"/>, all or nothing.</summary>
    public static void Write<T>(string path, T value)
        where T : class => AtomicFile.Write(path, Serialize(value));

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> utf8) => utf8.Span.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8;

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            AllowDuplicateProperties = false,
            AllowOutOfOrderMetadataProperties = true,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            MaxDepth = 32,
            WriteIndented = true,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // these files are never part of a web page
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LetOptionalMembersBeAbsent } },
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.MakeReadOnly();
        return options;
    }

    // Null members are not written, so a nullable constructor parameter must not be required when reading.
    private static void LetOptionalMembersBeAbsent(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.AssociatedParameter is { IsNullable: true } || Nullable.GetUnderlyingType(property.PropertyType) is not null)
            {
                property.IsRequired = false;
            }
        }
    }
}
