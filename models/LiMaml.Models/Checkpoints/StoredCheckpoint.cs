using System.Text.Json.Nodes;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Models.Checkpoints;

/// <summary>A trained model whose weights stay in its checkpoint's file: tables may be larger than memory.</summary>
/// <param name="Model">Both blocks and the inner loop, as data.</param>
/// <param name="Schema">The fitted schema of the data it was trained on.</param>
/// <param name="Provenance">How it came to be: strings and numbers by name.</param>
/// <param name="Weights">One float32 tensor for each parameter that the spec declares.</param>
public sealed record StoredCheckpoint(ModelSpec Model, DatasetSchema Schema, JsonObject Provenance, IReadOnlyDictionary<string, StoredTensor> Weights)
{
    /// <summary>Reads and checks a checkpoint folder; reads all weights once. The folder must stay as it is while the checkpoint is in use.</summary>
    /// <exception cref="InvalidInputException">As <see cref="Checkpoint.Read"/>.</exception>
    public static StoredCheckpoint Open(string folder)
    {
        var (model, schema, provenance) = Checkpoint.ReadSpec(folder);
        var path = Path.Combine(folder, Checkpoint.WeightsFile);
        var weights = Safetensors.Open(path);
        CheckpointWeights.Validate(weights, model, schema, path);
        return new StoredCheckpoint(model, schema, provenance, weights);
    }
}
