using LiMaml.Models.Network;

namespace LiMaml.Export.Tests.Reference;

/// <summary>The tensor operations as their definitions read, in double precision: the oracle for exported graphs.</summary>
internal sealed class ReferenceAlgebra : ITensorAlgebra<NdArray>
{
    public NdArray One { get; } = new([1], 1);

    public NdArray Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        new([.. values.ToArray().Select(value => (double)value)], [.. shape.ToArray().Select(size => (int)size)]);

    public NdArray Add(NdArray a, NdArray b) => Combine(a, b, (x, y) => x + y);

    public NdArray Subtract(NdArray a, NdArray b) => Combine(a, b, (x, y) => x - y);

    public NdArray Multiply(NdArray a, NdArray b) => Combine(a, b, (x, y) => x * y);

    public NdArray Divide(NdArray a, NdArray b) => Combine(a, b, (x, y) => x / y);

    public NdArray Scale(NdArray a, double factor) => Map(a, x => x * factor);

    public NdArray MatMul(NdArray a, NdArray b)
    {
        var batch = NdArray.BroadcastShape(a.Shape[..^2], b.Shape[..^2]) ?? throw new ArgumentException("leading axes");
        var inner = a.Shape[^1];
        return NdArray.Build([.. batch, a.Shape[^2], b.Shape[^1]], index => Enumerable.Range(0, inner)
            .Sum(k => a.At([.. index[..^2], index[^2], k]) * b.At([.. index[..^2], k, index[^1]])));
    }

    public NdArray Transpose(NdArray a) =>
        NdArray.Build([.. a.Shape[..^2], a.Shape[^1], a.Shape[^2]], index => a.At([.. index[..^2], index[^1], index[^2]]));

    public NdArray Sum(NdArray a, int axis, bool keepAxis = true)
    {
        var at = (axis + a.Rank) % a.Rank;
        var sums = NdArray.Build([.. a.Shape[..at], 1, .. a.Shape[(at + 1)..]], index =>
            Enumerable.Range(0, a.Shape[at]).Sum(k => a.At([.. index[..at], k, .. index[(at + 1)..]])));
        return keepAxis ? sums : new NdArray(sums.Values, [.. a.Shape[..at], .. a.Shape[(at + 1)..]]);
    }

    public NdArray Max(NdArray a) =>
        NdArray.Build([.. a.Shape[..^1], 1], index => Enumerable.Range(0, a.Shape[^1]).Select(k => a.At([.. index[..^1], k])).DefaultIfEmpty(double.NegativeInfinity).Max());

    public NdArray Relu(NdArray a) => Map(a, x => Math.Max(x, 0));

    public NdArray Positive(NdArray a) => Map(a, x => x > 0 ? 1 : 0);

    public NdArray AtLeast(NdArray a, NdArray b) => Combine(a, b, (x, y) => x >= y ? 1 : 0);

    public NdArray Sigmoid(NdArray a) => Map(a, x => 1 / (1 + Math.Exp(-x)));

    public NdArray Softplus(NdArray a) => Map(a, x => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x))));

    public NdArray Tanh(NdArray a) => Map(a, Math.Tanh);

    public NdArray Log1p(NdArray a) => Map(a, x => Math.Log(1 + x));

    public NdArray Exp(NdArray a) => Map(a, Math.Exp);

    public NdArray Sqrt(NdArray a) => Map(a, Math.Sqrt);

    /// <summary>By elimination; positive definite matrices need no pivoting.</summary>
    public NdArray Solve(NdArray matrix, NdArray vector)
    {
        var (size, left, right) = (matrix.Shape[^1], (double[])matrix.Values.Clone(), (double[])vector.Values.Clone());
        for (var task = 0; task < right.Length / size; task++)
        {
            Eliminate(left.AsSpan(task * size * size, size * size), right.AsSpan(task * size, size), size);
        }

        return new NdArray(right, vector.Shape);
    }

    public NdArray Concatenate(IReadOnlyList<NdArray> parts)
    {
        var offsets = parts.Select((_, part) => parts.Take(part).Sum(before => before.Shape[^1])).ToArray();
        return NdArray.Build([.. parts[0].Shape[..^1], parts.Sum(part => part.Shape[^1])], index =>
        {
            var part = Array.FindLastIndex(offsets, offset => offset <= index[^1]);
            return parts[part].At([.. index[..^1], index[^1] - offsets[part]]);
        });
    }

    public NdArray Slice(NdArray a, int start, int end) =>
        NdArray.Build([.. a.Shape[..^1], end - start], index => a.At([.. index[..^1], start + index[^1]]));

    public NdArray Squeeze(NdArray a)
    {
        Assert.Equal(1, a.Shape[^1]);
        return new NdArray(a.Values, a.Shape[..^1]);
    }

    public NdArray Unsqueeze(NdArray a, int axis)
    {
        var at = axis < 0 ? axis + a.Rank + 1 : axis;
        return new NdArray(a.Values, [.. a.Shape[..at], 1, .. a.Shape[at..]]);
    }

    public NdArray Gather(NdArray table, NdArray indices) =>
        NdArray.Build([.. indices.Shape, table.Shape[1]], index => table.At([(int)indices.At(index.AsSpan(..^1)), index[^1]]));

    public NdArray IsPresent(NdArray indices) => Map(indices, index => index > 0 ? 1 : 0);

    public NdArray StopGradient(NdArray a) => a;

    public NdArray? DropoutFactors(NdArray like, double rate) => null;

    private static void Eliminate(Span<double> matrix, Span<double> vector, int size)
    {
        for (var pivot = 0; pivot < size; pivot++)
        {
            for (var row = 0; row < size; row++)
            {
                if (row == pivot)
                {
                    continue;
                }

                var factor = matrix[(row * size) + pivot] / matrix[(pivot * size) + pivot];
                vector[row] -= factor * vector[pivot];
                for (var column = pivot; column < size; column++)
                {
                    matrix[(row * size) + column] -= factor * matrix[(pivot * size) + column];
                }
            }
        }

        for (var row = 0; row < size; row++)
        {
            vector[row] /= matrix[(row * size) + row];
        }
    }

    private static NdArray Map(NdArray a, Func<double, double> function) => new([.. a.Values.Select(function)], a.Shape);

    private static NdArray Combine(NdArray a, NdArray b, Func<double, double, double> function)
    {
        var shape = NdArray.BroadcastShape(a.Shape, b.Shape) ?? throw new ArgumentException("shapes do not broadcast");
        return NdArray.Build(shape, index => function(a.At(index), b.At(index)));
    }
}
