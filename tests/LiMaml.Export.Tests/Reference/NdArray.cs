namespace LiMaml.Export.Tests.Reference;

/// <summary>A plain row-major array of doubles; also holds indices.</summary>
internal sealed class NdArray
{
    public NdArray(double[] values, params int[] shape)
    {
        Assert.Equal(shape.Aggregate(1, (product, size) => product * size), values.Length);
        Values = values;
        Shape = shape;
    }

    public double[] Values { get; }

    public int[] Shape { get; }

    public int Rank => Shape.Length;

    public static NdArray Filled(int[] shape, Func<int, double> value) =>
        new([.. Enumerable.Range(0, shape.Aggregate(1, (product, size) => product * size)).Select(value)], shape);

    /// <summary>The element at <paramref name="index"/>; leading axes may be missing here and axes of size 1 repeat.</summary>
    public double At(ReadOnlySpan<int> index)
    {
        var position = 0;
        for (var axis = 0; axis < Rank; axis++)
        {
            var along = index[index.Length - Rank + axis];
            position = (position * Shape[axis]) + (Shape[axis] == 1 ? 0 : along);
        }

        return Values[position];
    }

    /// <summary>An array of <paramref name="shape"/> whose elements are computed from their index.</summary>
    public static NdArray Build(int[] shape, Func<int[], double> element) => Filled(shape, position => element(Unravel(position, shape)));

    public static int[]? BroadcastShape(int[] a, int[] b)
    {
        var shape = new int[Math.Max(a.Length, b.Length)];
        for (var fromEnd = 1; fromEnd <= shape.Length; fromEnd++)
        {
            var (mine, theirs) = (fromEnd <= a.Length ? a[^fromEnd] : 1, fromEnd <= b.Length ? b[^fromEnd] : 1);
            if (mine != theirs && mine != 1 && theirs != 1)
            {
                return null;
            }

            shape[^fromEnd] = mine == 1 ? theirs : mine;
        }

        return shape;
    }

    private static int[] Unravel(int position, int[] shape)
    {
        var index = new int[shape.Length];
        for (var axis = shape.Length - 1; axis >= 0; axis--)
        {
            index[axis] = position % shape[axis];
            position /= shape[axis];
        }

        return index;
    }
}
