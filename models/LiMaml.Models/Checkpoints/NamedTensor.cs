using System.Globalization;

namespace LiMaml.Models.Checkpoints;

/// <summary>A dense tensor in memory.</summary>
/// <param name="Shape">Sizes of the axes, each 0 or more; empty for a scalar.</param>
/// <param name="Data"><c>float[]</c>, <c>double[]</c>, <c>long[]</c>, <c>int[]</c> or <c>byte[]</c>, row-major.</param>
public sealed record NamedTensor(long[] Shape, Array Data) : ITensorContents
{
    /// <inheritdoc/>
    IReadOnlyList<long> ITensorContents.Axes => Shape;

    /// <inheritdoc/>
    string ITensorContents.Type => TensorTypes.Name(Data);

    /// <inheritdoc/>
    long ITensorContents.ByteCount => Data.LongLength * TensorTypes.SizeOf(TensorTypes.Name(Data));

    /// <inheritdoc/>
    void ITensorContents.Visit(TensorPiece piece) => TensorTypes.Visit(Data, bytes => piece(bytes));

    /// <summary>The numbers of a float32 tensor.</summary>
    /// <param name="where">How messages name the tensor.</param>
    /// <param name="shape">The shape it must have; -1 allows any size.</param>
    /// <exception cref="InvalidInputException">Another element type or shape.</exception>
    public float[] Float32(string where, params ReadOnlySpan<long> shape) => Elements<float>(where, "F32", shape);

    /// <summary>The numbers of an int64 tensor; see <see cref="Float32"/>.</summary>
    /// <exception cref="InvalidInputException">Another element type or shape.</exception>
    public long[] Int64(string where, params ReadOnlySpan<long> shape) => Elements<long>(where, "I64", shape);

    private T[] Elements<T>(string where, string type, ReadOnlySpan<long> shape)
    {
        var fits = Data is T[] && Shape.Length == shape.Length;
        for (var axis = 0; fits && axis < shape.Length; axis++)
        {
            fits = shape[axis] == -1 || shape[axis] == Shape[axis];
        }

        return fits ? (T[])Data : throw new InvalidInputException(where, $"{TensorTypes.Name(Data)} {Show(Shape)}", $"{type} {Show(shape)}");
    }

    internal static string Show(ReadOnlySpan<long> shape) =>
        "[" + string.Join(", ", shape.ToArray().Select(size => size == -1 ? "any" : size.ToString(CultureInfo.InvariantCulture))) + "]";
}
