using System.Globalization;
using System.Text.Json;

namespace LiMaml.Models.Json;

/// <summary>Turns what the JSON library reports into messages that name the path, what was found and what was expected.</summary>
internal static class JsonFaults
{
    private const int ShownCharacters = 60;

    /// <summary>Lists of contract files never hold null, and the library does not see to it.</summary>
    public static void RefuseNullsInArrays(ReadOnlyMemory<byte> utf8, string where)
    {
        var reader = new Utf8JsonReader(utf8.Span, new JsonReaderOptions { MaxDepth = 32 });
        ulong arrays = 0; // one bit a depth: the innermost container is an array
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray:
                    arrays |= 1UL << (reader.CurrentDepth + 1);
                    break;
                case JsonTokenType.StartObject:
                    arrays &= ~(1UL << (reader.CurrentDepth + 1));
                    break;
                case JsonTokenType.Null when (arrays >> reader.CurrentDepth & 1) != 0:
                    var line = 1 + utf8.Span[..(int)reader.TokenStartIndex].Count((byte)'\n');
                    throw new InvalidInputException($"{where}: line {line}", "null in a list", "a value");
            }
        }
    }

    public static InvalidInputException Explain(JsonException fault, ReadOnlyMemory<byte> utf8, string where, Type root)
    {
        var path = fault.Path ?? "$";
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 32 });
        }
        catch (JsonException syntax)
        {
            var line = (syntax.LineNumber ?? 0) + 1;
            return new InvalidInputException($"{where}: line {line}: not JSON: {FirstSentence(syntax.Message)}", fault);
        }

        using (document)
        {
            return Explain(fault, document.RootElement, path, where, root);
        }
    }

    private static InvalidInputException Explain(JsonException fault, JsonElement root, string path, string where, Type rootType)
    {
        var place = $"{where}: {path}";
        var (element, type) = JsonPath.Follow(root, rootType, path);
        if (fault.Message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal))
        {
            // The reported path ends with the unknown member.
            var (_, owner) = JsonPath.Follow(root, rootType, JsonPath.Parent(path));
            return new InvalidInputException(place, "an unknown member", JsonPath.DescribeMembers(owner));
        }

        var (found, expected) = (Shorten(element), JsonPath.Describe(type));
        if (fault.Message.Contains("Duplicate property", StringComparison.Ordinal))
        {
            return new InvalidInputException(place, "the member more than once", "it once");
        }

        if (element is null || type is null || element.Value.ValueKind == JsonValueKind.Object)
        {
            return new InvalidInputException($"{place}: {FirstSentence(fault.Message)}", fault);
        }

        return new InvalidInputException(place, found, expected);
    }

    /// <summary>A polymorphic value without its <c>kind</c> is the one fault the library reports in this way.</summary>
    public static InvalidInputException Explain(NotSupportedException fault, string where)
    {
        var start = fault.Message.IndexOf(" Path: ", StringComparison.Ordinal);
        var path = start < 0 ? "$" : fault.Message[(start + 7)..].Split(' ')[0];
        return new InvalidInputException($"{where}: {path}: found no kind, expected the member kind, which says what it is.", fault);
    }

    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(" Path: ", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).Trim();
    }

    private static string Shorten(JsonElement? element)
    {
        var text = element?.GetRawText() ?? "nothing";
        return text.Length <= ShownCharacters ? text : string.Create(CultureInfo.InvariantCulture, $"{text[..ShownCharacters]}… ({text.Length} characters)");
    }
}
