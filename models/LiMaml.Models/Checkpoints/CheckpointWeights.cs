using System.Runtime.InteropServices;
using LiMaml.Models.Network;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Models.Checkpoints;

/// <summary>What the weights of a checkpoint must be.</summary>
internal static class CheckpointWeights
{
    /// <summary>Finite float32 tensors of exactly the names and shapes that the spec declares.</summary>
    /// <exception cref="InvalidInputException">They are not.</exception>
    public static void Validate<TTensor>(IReadOnlyDictionary<string, TTensor> weights, ModelSpec model, DatasetSchema schema, string where)
        where TTensor : ITensorContents
    {
        var declarations = Parameters.Declare(model, schema);
        foreach (var declaration in declarations)
        {
            var place = $"{where}: tensor '{declaration.Name}'";
            var expected = $"F32 {NamedTensor.Show([.. declaration.Shape])}";
            Expect.That(weights.TryGetValue(declaration.Name, out var tensor), place, "none", expected);
            Expect.That(tensor!.Type == "F32" && tensor.Axes.SequenceEqual(declaration.Shape), place, $"{tensor.Type} {NamedTensor.Show([.. tensor.Axes])}", expected);
            CheckFinite(tensor, place);
        }

        var unknown = weights.Keys.Except(declarations.Select(declaration => declaration.Name)).Order(StringComparer.Ordinal).FirstOrDefault();
        Expect.That(unknown is null, where, $"tensor '{unknown}'", "only the parameters that the spec declares");
    }

    private static void CheckFinite(ITensorContents tensor, string where)
    {
        var before = 0L;
        tensor.Visit(bytes =>
        {
            var values = MemoryMarshal.Cast<byte, float>(bytes);
            for (var index = 0; index < values.Length; index++)
            {
                if (!float.IsFinite(values[index]))
                {
                    throw new InvalidInputException($"{where}, element {before + index}", values[index].ToString(System.Globalization.CultureInfo.InvariantCulture), "a finite number");
                }
            }

            before += values.Length;
        });
    }
}
