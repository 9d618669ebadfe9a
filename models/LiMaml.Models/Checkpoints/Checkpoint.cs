using System.Text.Json.Nodes;
using LiMaml.Models.Files;
using LiMaml.Models.Json;
using LiMaml.Models.Network;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Models.Checkpoints;

/// <summary>A trained model: everything that Export and a later training need.</summary>
/// <param name="Model">Both blocks and the inner loop, as data.</param>
/// <param name="Schema">The fitted schema of the data it was trained on.</param>
/// <param name="Provenance">How it came to be: strings and numbers by name.</param>
/// <param name="Weights">One float32 tensor for each of <see cref="Parameters.Declare"/>.</param>
public sealed record Checkpoint(ModelSpec Model, DatasetSchema Schema, JsonObject Provenance, IReadOnlyDictionary<string, NamedTensor> Weights)
{
    /// <summary>The version this code writes.</summary>
    public const int CurrentFormatVersion = 1;

    /// <summary>The versions that are read. A change of the written form adds an upgrade here and raises <see cref="CurrentFormatVersion"/>.</summary>
    internal static readonly FormatVersions Versions = new("checkpoint", "train the model again with this one");

    private const string SpecFile = "spec.json";
    internal const string WeightsFile = "weights.safetensors";

    /// <summary>Reads and checks a checkpoint folder.</summary>
    /// <exception cref="InvalidInputException">A file is missing or malformed, the schema or the spec inconsistent, the format a newer one, or the weights are not finite float32 tensors of exactly the names and shapes that the spec declares.</exception>
    public static Checkpoint Read(string folder)
    {
        var (model, schema, provenance) = ReadSpec(folder);
        var path = Path.Combine(folder, WeightsFile);
        var weights = Safetensors.Read(path);
        CheckpointWeights.Validate(weights, model, schema, path);
        return new Checkpoint(model, schema, provenance, weights);
    }

    /// <summary>What a checkpoint folder says besides its weights, checked.</summary>
    internal static (ModelSpec Model, DatasetSchema Schema, JsonObject Provenance) ReadSpec(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new InvalidInputException(folder, "no folder", "a checkpoint");
        }

        var path = Path.Combine(folder, SpecFile);
        var spec = ContractJson.Parse<SpecDocument>(Versions.Upgrade(ContractJson.ReadBytes(path), path), path);
        SchemaValidation.Validate(spec.Schema, $"{path}: schema");
        SpecValidation.Validate(spec.Model, spec.Schema, $"{path}: model");
        return (spec.Model, spec.Schema, spec.Provenance);
    }

    /// <summary>Writes the checkpoint to <paramref name="folder"/>, all or nothing; a checkpoint that was there is replaced.</summary>
    /// <exception cref="InvalidInputException">The folder holds something else, the schema or the spec is inconsistent, or the weights are not what the spec declares.</exception>
    public void Write(string folder)
    {
        SchemaValidation.Validate(Schema, $"{folder}: schema");
        SpecValidation.Validate(Model, Schema, $"{folder}: model");
        CheckpointWeights.Validate(Weights, Model, Schema, folder);
        using var target = AtomicFolder.Create(folder, SpecFile, overwrite: true);
        ContractJson.Write(Path.Combine(target.Partial, SpecFile), new SpecDocument(CurrentFormatVersion, Model, Schema, Provenance));
        Safetensors.Write(Path.Combine(target.Partial, WeightsFile), Weights);
        target.Complete();
    }

    private sealed record SpecDocument(int FormatVersion, ModelSpec Model, DatasetSchema Schema, JsonObject Provenance);
}
