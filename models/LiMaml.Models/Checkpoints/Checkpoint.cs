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

    private const string SpecFile = "spec.json";
    private const string WeightsFile = "weights.safetensors";

    /// <summary>Reads and checks a checkpoint folder.</summary>
    /// <exception cref="InvalidInputException">A file is missing or malformed, the schema or the spec inconsistent, or the weights are not finite float32 tensors of exactly the names and shapes that the spec declares.</exception>
    public static Checkpoint Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new InvalidInputException(folder, "no folder", "a checkpoint");
        }

        var path = Path.Combine(folder, SpecFile);
        var spec = ContractJson.Read<SpecDocument>(path);
        Expect.That(spec.FormatVersion == CurrentFormatVersion, $"{path}: formatVersion", spec.FormatVersion, $"{CurrentFormatVersion}");
        SchemaValidation.Validate(spec.Schema, $"{path}: schema");
        SpecValidation.Validate(spec.Model, spec.Schema, $"{path}: model");
        var weights = Safetensors.Read(Path.Combine(folder, WeightsFile));
        ValidateWeights(weights, spec.Model, spec.Schema, Path.Combine(folder, WeightsFile));
        return new Checkpoint(spec.Model, spec.Schema, spec.Provenance, weights);
    }

    /// <summary>Writes the checkpoint to <paramref name="folder"/>, all or nothing; a checkpoint that was there is replaced.</summary>
    /// <exception cref="InvalidInputException">The folder holds something else, the schema or the spec is inconsistent, or the weights are not what the spec declares.</exception>
    public void Write(string folder)
    {
        SchemaValidation.Validate(Schema, $"{folder}: schema");
        SpecValidation.Validate(Model, Schema, $"{folder}: model");
        ValidateWeights(Weights, Model, Schema, folder);
        using var target = AtomicFolder.Create(folder, SpecFile, overwrite: true);
        ContractJson.Write(Path.Combine(target.Partial, SpecFile), new SpecDocument(CurrentFormatVersion, Model, Schema, Provenance));
        Safetensors.Write(Path.Combine(target.Partial, WeightsFile), Weights);
        target.Complete();
    }

    private static void ValidateWeights(IReadOnlyDictionary<string, NamedTensor> weights, ModelSpec model, DatasetSchema schema, string where)
    {
        var declarations = Parameters.Declare(model, schema);
        foreach (var declaration in declarations)
        {
            Expect.That(weights.TryGetValue(declaration.Name, out var tensor), $"{where}: tensor '{declaration.Name}'", "none", $"F32 {NamedTensor.Show([.. declaration.Shape])}");
            var values = tensor!.Float32($"{where}: tensor '{declaration.Name}'", [.. declaration.Shape]);
            var bad = Array.FindIndex(values, value => !float.IsFinite(value));
            Expect.That(bad < 0, $"{where}: tensor '{declaration.Name}', element {bad}", bad < 0 ? 0 : values[bad], "a finite number");
        }

        var unknown = weights.Keys.Except(declarations.Select(declaration => declaration.Name)).Order(StringComparer.Ordinal).FirstOrDefault();
        Expect.That(unknown is null, where, $"tensor '{unknown}'", "only the parameters that the spec declares");
    }

    private sealed record SpecDocument(int FormatVersion, ModelSpec Model, DatasetSchema Schema, JsonObject Provenance);
}
