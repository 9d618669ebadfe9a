using System.Collections.Concurrent;
using TorchSharp;

namespace LiMaml.Training.Tensors;

/// <summary>
/// Numbers as TorchSharp hands them to native code, kept for good. A temporary <see cref="Scalar"/> may be collected, and its
/// memory freed, while native code still reads it: rarely, and more often on a busy machine, an operation then fails. The
/// numbers come from specs and options, so they are few.
/// </summary>
internal static class Scalars
{
    private static readonly ConcurrentDictionary<double, Scalar> Kept = new();

    /// <summary>The scalar of a number.</summary>
    public static Scalar Of(double value) => Kept.GetOrAdd(value, number => number);
}
