using System.Globalization;
using LiMaml.Models;
using LiMaml.Runtime.Serving;

namespace LiMaml.Worker.Http;

/// <summary>Whether a request's tensors are those of the model, and how many rows they have.</summary>
internal static class RequestShape
{
    /// <summary>The model's inputs, in the order of the request's.</summary>
    /// <exception cref="InvalidInputException">One is unknown, given twice, of another datatype, or of as many bytes as its shape does not have.</exception>
    public static ServedInput[] Match(InferRequest request, ServedModel model)
    {
        var inputs = new ServedInput[request.Inputs.Count];
        for (var index = 0; index < inputs.Length; index++)
        {
            var (given, input) = (request.Inputs[index], model.Input(request.Inputs[index].Name));
            Require(Array.IndexOf(inputs, input) < 0, input, "", "it more than once", "each input once");
            CheckDatatype(given, input);
            inputs[index] = input;
        }

        return inputs;
    }

    /// <summary>Rows of the request, once all shapes agree.</summary>
    /// <exception cref="InvalidInputException">A shape is not the input's, or has another number of rows than the others.</exception>
    public static int Rows(InferRequest request, ReadOnlySpan<ServedInput> inputs)
    {
        var rows = FirstRows(request, inputs);
        for (var index = 0; index < inputs.Length; index++)
        {
            if (inputs[index].IsKeys)
            {
                CheckKeys(request.Inputs[index], inputs[index], rows);
            }
            else
            {
                CheckShape(request.Inputs[index], inputs[index], rows);
            }
        }

        return (int)rows;
    }

    // Task keys may be one for all rows, so they do not say how many there are unless nothing else does.
    private static long FirstRows(InferRequest request, ReadOnlySpan<ServedInput> inputs)
    {
        var first = 0;
        while (first < inputs.Length - 1 && inputs[first].IsKeys)
        {
            first++;
        }

        return request.Inputs[first].Shape is [var rows, ..] ? rows : 0;
    }

    /// <summary>Elements of a tensor.</summary>
    public static int Count(InferInput input) => (int)input.Shape.Aggregate(1L, (product, size) => Math.Min(product * size, int.MaxValue));

    private static void CheckDatatype(InferInput given, ServedInput input)
    {
        var expected = Datatypes.Of(input.Kind);
        Require(given.Datatype == expected || IsWords(given, input), input, ", datatype", given.Datatype, input.AcceptsWords ? $"{expected} or {Datatypes.Bytes}" : expected);
        if (given.BinaryBytes is { } bytes && given.Datatype != Datatypes.Bytes)
        {
            var size = (long)Count(given) * Datatypes.SizeOf(input.Kind);
            Require(bytes == size, input, ", binary_data_size", Text(bytes), $"{Text(size)}, as the shape says");
        }
    }

    /// <summary>Whether categories are given as words.</summary>
    public static bool IsWords(InferInput given, ServedInput input) => input.AcceptsWords && given.Datatype == Datatypes.Bytes;

    private static void CheckShape(InferInput given, ServedInput input, long rows) =>
        Require(given.Shape is [var first, var width] && first == rows && width == input.Width, input, ", shape", Text(given.Shape), $"[{Text(rows)}, {Text(input.Width)}]");

    private static void CheckKeys(InferInput given, ServedInput input, long rows) => Require(
        given.Shape is [var count] && (count == 1 || count == rows) || (given.Shape is [var many, 1] && (many == 1 || many == rows)),
        input,
        ", shape",
        Text(given.Shape),
        $"[{Text(rows)}] or [1]");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(IReadOnlyList<long> shape) => $"[{string.Join(", ", shape.Select(Text))}]";

    private static void Require(bool holds, ServedInput input, string what, string found, string expected)
    {
        if (!holds)
        {
            throw new InvalidInputException($"input '{input.Name}'{what}", found, expected);
        }
    }
}
