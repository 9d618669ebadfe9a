using LiMaml.Export.Onnx;

namespace LiMaml.Export.Graphs;

/// <summary>The symbolic shape of a value: its axes from the outermost; none for a scalar.</summary>
public sealed class OnnxShape : IEquatable<OnnxShape>
{
    private readonly OnnxAxis[] axes;

    /// <summary>A shape of <paramref name="axes"/>.</summary>
    public OnnxShape(params ReadOnlySpan<OnnxAxis> axes) => this.axes = axes.ToArray();

    /// <summary>The axes, outermost first.</summary>
    public IReadOnlyList<OnnxAxis> Axes => axes;

    /// <summary>Count of axes.</summary>
    public int Rank => axes.Length;

    /// <summary>The axis at <paramref name="index"/>.</summary>
    public OnnxAxis this[Index index] => axes[index];

    /// <summary>A shape of fixed axes.</summary>
    public static OnnxShape Of(ReadOnlySpan<long> sizes)
    {
        var axes = new OnnxAxis[sizes.Length];
        for (var index = 0; index < sizes.Length; index++)
        {
            axes[index] = sizes[index];
        }

        return new OnnxShape(axes);
    }

    /// <summary>The axes in <paramref name="range"/>.</summary>
    public OnnxShape this[Range range] => new(axes.AsSpan()[range]);

    /// <summary>This shape with the axis at <paramref name="index"/> replaced.</summary>
    public OnnxShape With(int index, OnnxAxis axis)
    {
        var changed = (OnnxAxis[])axes.Clone();
        changed[index] = axis;
        return new OnnxShape(changed);
    }

    /// <summary>The axes of this shape, then those of <paramref name="inner"/>.</summary>
    public OnnxShape Followed(params ReadOnlySpan<OnnxAxis> inner) => new([.. axes, .. inner]);

    /// <summary>
    /// The shape that this one and <paramref name="other"/> broadcast to by NumPy's rule, or null where they do not. A
    /// free axis meets only itself and 1: its size is not known until the graph runs.
    /// </summary>
    public OnnxShape? Broadcast(OnnxShape other)
    {
        var joined = new OnnxAxis[Math.Max(Rank, other.Rank)];
        for (var fromEnd = 1; fromEnd <= joined.Length; fromEnd++)
        {
            var mine = fromEnd <= Rank ? axes[^fromEnd] : 1;
            var theirs = fromEnd <= other.Rank ? other.axes[^fromEnd] : 1;
            if (mine != theirs && !mine.IsOne && !theirs.IsOne)
            {
                return null;
            }

            joined[^fromEnd] = mine.IsOne ? theirs : mine;
        }

        return new OnnxShape(joined);
    }

    /// <summary>The shape as the specification writes it.</summary>
    internal TensorShapeProto ToProto()
    {
        var proto = new TensorShapeProto();
        foreach (var axis in axes)
        {
            proto.Dim.Add(axis.Name is null
                ? new TensorShapeProto.Types.Dimension { DimValue = axis.Size }
                : new TensorShapeProto.Types.Dimension { DimParam = axis.Name });
        }

        return proto;
    }

    /// <inheritdoc/>
    public bool Equals(OnnxShape? other) => other is not null && axes.AsSpan().SequenceEqual(other.axes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as OnnxShape);

    /// <inheritdoc/>
    public override int GetHashCode() => axes.Aggregate(axes.Length, HashCode.Combine);

    /// <summary>The axes in brackets: <c>[tasks, support, 16]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", axes)}]";
}
