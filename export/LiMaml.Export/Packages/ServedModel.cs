using System.Text.Json.Nodes;
using LiMaml.Models;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Export.Packages;

/// <summary>What a package is made of, wherever the weights are.</summary>
internal sealed record ServedModel(ModelSpec Spec, DatasetSchema Schema, JsonObject Provenance, IReadOnlyDictionary<string, ITensorContents> Weights)
{
    /// <summary>A checkpoint in memory.</summary>
    public static ServedModel Of(Checkpoint checkpoint) => new(checkpoint.Model, checkpoint.Schema, checkpoint.Provenance, Contents(checkpoint.Weights));

    /// <summary>A checkpoint on disk.</summary>
    public static ServedModel Of(StoredCheckpoint checkpoint) => new(checkpoint.Model, checkpoint.Schema, checkpoint.Provenance, Contents(checkpoint.Weights));

    /// <summary>The float32 tensor called <paramref name="name"/>.</summary>
    /// <exception cref="InvalidInputException">There is none, or of another shape.</exception>
    public ITensorContents Weight(string name, long[] shape)
    {
        if (!Weights.TryGetValue(name, out var tensor))
        {
            throw new InvalidInputException("checkpoint: weights", $"no tensor '{name}'", "every parameter that the spec declares");
        }

        return tensor.Type == "F32" && tensor.Axes.SequenceEqual(shape)
            ? tensor
            : throw new InvalidInputException($"checkpoint: tensor '{name}'", $"{tensor.Type} [{string.Join(", ", tensor.Axes)}]", $"F32 [{string.Join(", ", shape)}]");
    }

    private static Dictionary<string, ITensorContents> Contents<TTensor>(IReadOnlyDictionary<string, TTensor> weights)
        where TTensor : ITensorContents => weights.ToDictionary(weight => weight.Key, ITensorContents (weight) => weight.Value);
}
