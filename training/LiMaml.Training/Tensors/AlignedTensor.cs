using static TorchSharp.torch;

namespace LiMaml.Training.Tensors;

/// <summary>
/// Tensors from arrays, in memory that TorchSharp allocates. What <c>tensor</c> gives lies in an array of .NET's, at whatever
/// address that has, and matrix products depend in the last bit on whether it divides by 16: a run would not repeat itself.
/// </summary>
internal static class AlignedTensor
{
    /// <summary>A tensor of its own [.. shape] with <paramref name="values"/>.</summary>
    /// <param name="values">In row-major order; as many as <paramref name="shape"/> asks for.</param>
    /// <param name="shape">The length of each axis.</param>
    /// <param name="precision">Its type.</param>
    /// <param name="device">Where it is put; null for the CPU.</param>
    public static Tensor Of(float[] values, long[] shape, ScalarType precision = ScalarType.Float32, Device? device = null)
    {
        using var managed = tensor(values, shape);
        return managed.to(precision, device ?? CPU, copy: true);
    }
}
