using LiMaml.Models.Checkpoints;
using static TorchSharp.torch;

namespace LiMaml.Training.Tensors;

/// <summary>Tensors over the file of a checkpoint.</summary>
internal static class StoredValues
{
    /// <summary>Larger tensors are not copied to memory: 64 MiB.</summary>
    public const long LargestCopy = 64L << 20;

    /// <summary>
    /// A float32 tensor on the CPU. A large one is the mapped file itself: what is read of it comes to memory and may leave it
    /// again. Smaller ones are copied, so that they lie in memory as those of training do.
    /// </summary>
    public static Tensor Of(StoredTensor stored, long largestCopy)
    {
        var elements = stored.ByteCount / sizeof(float);
        if (stored.Offset % sizeof(float) != 0)
        {
            return Copied(stored, elements); // a header of a length that no map can follow
        }

        using var file = from_file(stored.Path, shared: false, size: (stored.Offset / sizeof(float)) + elements, dtype: ScalarType.Float32);
        using var part = file.narrow(0, stored.Offset / sizeof(float), elements);
        var shaped = part.view([.. stored.Axes]);
        if (stored.ByteCount > largestCopy)
        {
            return shaped;
        }

        using (shaped)
        {
            return shaped.clone();
        }
    }

    private static Tensor Copied(StoredTensor stored, long elements)
    {
        var values = new float[elements];
        var next = 0;
        stored.Visit(bytes =>
        {
            var numbers = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes);
            numbers.CopyTo(values.AsSpan(next));
            next += numbers.Length;
        });
        return AlignedTensor.Of(values, [.. stored.Axes]);
    }
}
