using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using LiMaml.Models;
using LiMaml.Models.Schemas;

namespace LiMaml.Runtime.Serving;

/// <summary>
/// Whether a request's numbers are such as graphs may read: finite, not below 0 where a logarithm follows, and indices
/// within their tables (a graph takes a negative one for a row counted from the end).
/// </summary>
internal static class ValueCheck
{
    /// <summary>Checks float32 [rows, width].</summary>
    /// <exception cref="InvalidInputException">Names input, row and feature.</exception>
    public static void Check(ServedInput input, ReadOnlySpan<float> values)
    {
        if (!AllFinite(values))
        {
            Refuse(input, values, static (value, _) => !float.IsFinite(value), static _ => "a finite number");
        }

        if (input.HasLogarithms)
        {
            Refuse(input, values, static (value, feature) => value < 0 && feature is DenseFeature { Transform: DenseTransform.Log1p }, static _ => "0 or more, as the feature's transform is log1p");
        }
    }

    /// <summary>Checks int64 [rows, width].</summary>
    /// <exception cref="InvalidInputException">Names input, row and feature.</exception>
    public static void Check(ServedInput input, ReadOnlySpan<long> values) =>
        Refuse(input, values, static (value, feature) => (ulong)value >= (ulong)SizeOf(feature), static feature => string.Create(CultureInfo.InvariantCulture, $"0 to {SizeOf(feature) - 1}"));

    private static void Refuse<T>(ServedInput input, ReadOnlySpan<T> values, Func<T, Feature?, bool> isBad, Func<Feature?, string> expected)
    {
        for (var index = 0; index < values.Length; index++)
        {
            var feature = input.Columns.Count switch
            {
                0 => null,
                1 => input.Columns[0],
                _ => input.Columns[index % input.Width],
            };
            if (isBad(values[index], feature))
            {
                var column = feature is null ? "" : $", feature '{feature.Name}'";
                throw new InvalidInputException(
                    string.Create(CultureInfo.InvariantCulture, $"input '{input.Name}', row {index / input.Width}{column}"),
                    string.Create(CultureInfo.InvariantCulture, $"{values[index]}"),
                    expected(feature));
            }
        }
    }

    private static int SizeOf(Feature? feature) => feature switch
    {
        CategoricalFeature categorical => categorical.Size,
        MultiValuedFeature multiValued => multiValued.Size,
        _ => int.MaxValue,
    };

    // x − x is 0 for finite numbers only.
    private static bool AllFinite(ReadOnlySpan<float> values)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        foreach (var vector in vectors)
        {
            if (!Vector.EqualsAll(vector - vector, Vector<float>.Zero))
            {
                return false;
            }
        }

        foreach (var value in values[(vectors.Length * Vector<float>.Count)..])
        {
            if (!float.IsFinite(value))
            {
                return false;
            }
        }

        return true;
    }
}
