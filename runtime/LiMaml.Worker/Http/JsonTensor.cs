using System.Globalization;
using System.Text.Json;
using LiMaml.Models;

namespace LiMaml.Worker.Http;

/// <summary>Reads a tensor's contents from JSON: row-major, flat or nested as the shape.</summary>
internal ref struct JsonTensor
{
    private readonly InferInput input;
    private readonly long count;
    private Utf8JsonReader json;

    private JsonTensor(ReadOnlySpan<byte> text, InferInput input, int count)
    {
        this.input = input;
        this.count = count;
        json = new Utf8JsonReader(text[input.Data..], new JsonReaderOptions { MaxDepth = 16 });
    }

    /// <summary>Fills <paramref name="target"/>, which has the shape's size.</summary>
    /// <exception cref="InvalidInputException">There are more or fewer, or something else than numbers.</exception>
    public static void Read(ReadOnlySpan<byte> text, InferInput input, Span<float> target) =>
        new JsonTensor(text, input, target.Length).Read(new Floats(target));

    /// <summary>Fills <paramref name="target"/>, which has the shape's size.</summary>
    /// <exception cref="InvalidInputException">There are more or fewer, or something else than 64-bit integers.</exception>
    public static void Read(ReadOnlySpan<byte> text, InferInput input, Span<long> target) =>
        new JsonTensor(text, input, target.Length).Read(new Integers(target));

    /// <summary>Reads <paramref name="count"/> strings, the shape's size.</summary>
    /// <exception cref="InvalidInputException">There are more or fewer, or something else than strings.</exception>
    public static string[] ReadText(ReadOnlySpan<byte> text, InferInput input, int count)
    {
        var target = new string[count];
        new JsonTensor(text, input, count).Read(new Texts(target));
        return target;
    }

    private void Read<TElements>(TElements target)
        where TElements : IElements, allows ref struct
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
        {
            throw Fault($"{json.TokenType}");
        }

        if (ReadArray(0, 0, target) != count)
        {
            throw Fault("fewer");
        }
    }

    /// <summary>Reads the rest of an array that stands for <paramref name="axis"/>.</summary>
    /// <returns>The index behind its last element.</returns>
    private int ReadArray<TElements>(int axis, int index, TElements target)
        where TElements : IElements, allows ref struct
    {
        var (arrays, elements) = (0L, 0L);
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.StartArray)
            {
                arrays++;
                index = axis + 1 < input.Shape.Count ? ReadArray(axis + 1, index, target) : throw Fault("arrays nested deeper");
            }
            else if (index == count || !target.TrySet(index, ref json))
            {
                throw Fault(index == count ? "more" : string.Create(CultureInfo.InvariantCulture, $"{json.TokenType} as element {index}"));
            }
            else
            {
                elements++;
                index++;
            }
        }

        var isFlat = axis == 0 && arrays == 0;
        var isNested = axis == input.Shape.Count - 1 ? arrays == 0 && elements == input.Shape[axis] : elements == 0 && arrays == input.Shape[axis];
        return isFlat || isNested ? index : throw Fault(string.Create(CultureInfo.InvariantCulture, $"an array of {arrays + elements} for axis {axis}"));
    }

    private readonly InvalidInputException Fault(string found) =>
        new($"input '{input.Name}', data", found, string.Create(CultureInfo.InvariantCulture, $"{count} elements of {input.Datatype}, flat or nested as [{string.Join(", ", input.Shape)}]"));

    private interface IElements
    {
        /// <summary>Takes the element that the reader stands on; false where it is of another kind.</summary>
        bool TrySet(int index, ref Utf8JsonReader json);
    }

    private readonly ref struct Floats(Span<float> target) : IElements
    {
        private readonly Span<float> target = target;

        public bool TrySet(int index, ref Utf8JsonReader json) => json.TokenType == JsonTokenType.Number && json.TryGetSingle(out target[index]);
    }

    private readonly ref struct Integers(Span<long> target) : IElements
    {
        private readonly Span<long> target = target;

        public bool TrySet(int index, ref Utf8JsonReader json) => json.TokenType == JsonTokenType.Number && json.TryGetInt64(out target[index]);
    }

    private readonly ref struct Texts(string[] target) : IElements
    {
        public bool TrySet(int index, ref Utf8JsonReader json)
        {
            var isText = json.TokenType == JsonTokenType.String;
            target[index] = isText ? json.GetString()! : "";
            return isText;
        }
    }
}
