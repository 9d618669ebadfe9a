using System.Globalization;

namespace LiMaml.Export.Graphs;

/// <summary>One axis of a value: of a fixed size, or free and named (<c>tasks</c>, <c>support</c>, <c>rows</c>).</summary>
public readonly record struct OnnxAxis
{
    private OnnxAxis(string? name, long size)
    {
        Name = name;
        Size = size;
    }

    /// <summary>The name of a free axis, null for a fixed one.</summary>
    public string? Name { get; }

    /// <summary>The size of a fixed axis, −1 for a free one.</summary>
    public long Size { get; }

    /// <summary>True for a fixed axis of size 1, which broadcasts.</summary>
    public bool IsOne => Name is null && Size == 1;

    /// <summary>A free axis; axes of one name have one size in each run.</summary>
    public static OnnxAxis Named(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new OnnxAxis(name, -1);
    }

    /// <summary>An axis of <paramref name="size"/> elements, 0 or more.</summary>
    public static OnnxAxis Fixed(long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return new OnnxAxis(null, size);
    }

    /// <summary>A free axis.</summary>
    public static implicit operator OnnxAxis(string name) => Named(name);

    /// <summary>A fixed axis.</summary>
    public static implicit operator OnnxAxis(long size) => Fixed(size);

    /// <summary>The name or the size.</summary>
    public override string ToString() => Name ?? Size.ToString(CultureInfo.InvariantCulture);
}
