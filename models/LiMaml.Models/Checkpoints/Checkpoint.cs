using System.Text.Json.Nodes;
using LiMaml.Models.Files;
using LiMaml.Models.Json;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Models.Checkpoints;

/// <summary>A trained model: everything that Export and a later training need.</summary>
/// <param name="Model">Both blocks and the inner loop, as data.</param>
/// <param name="Schema">The fitted schema of the data it was trained on.</param>
/// <param name="Provenance">How it came to be: strings and numbers by name.</param>
/// <param name="Weights">By name; see <c>models/README.md</c> for names and shapes.</param>
public sealed record Checkpoint(ModelSpec Model, DatasetSchema Schema, JsonObject Provenance, IReadOnlyDictionary<string, NamedTensor> Weights)
{
    /// <summary>The version this code writes.</summary>
    public const int CurrentFormatVersion = 1;

    private const string SpecFile = "spec.json";
    private const string WeightsFile = "weights.safetensors";

    /// <summary>Reads and checks a checkpoint folder.</summary>
    /// <exception cref="InvalidInputException">A file is missing or malformed, the schema or the spec inconsistent, or a weight not finite.</exception>
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
        RefuseNotFinite(weights, Path.Combine(folder, WeightsFile));
        return new Checkpoint(spec.Model, spec.Schema, spec.Provenance, weights);
    }

    /// <summary>Writes the checkpoint to <paramref name="folder"/>, all or nothing; a checkpoint that was there is replaced.</summary>
    /// <exception cref="InvalidInputException">The folder holds something else, the schema or the spec is inconsistent, or a weight is not finite.</exception>
    public void Write(string folder)
    {
        SchemaValidation.Validate(Schema, $"{folder}: schema");
        SpecValidation.Validate(Model, Schema, $"{folder}: model");
        RefuseNotFinite(Weights, folder);
        using var target = AtomicFolder.Create(folder, SpecFile, overwrite: true);
        ContractJson.Write(Path.Combine(target.Partial, SpecFile), new SpecDocument(CurrentFormatVersion, Model, Schema, Provenance));
        Safetensors.Write(Path.Combine(target.Partial, WeightsFile), Weights);
        target.Complete();
    }

    private static void RefuseNotFinite(IReadOnlyDictionary<string, NamedTensor> weights, string where)
    {
        foreach (var (name, tensor) in weights)
        {
            if (tensor.Data is float[] values && Array.FindIndex(values, value => !float.IsFinite(value)) is >= 0 and var index)
            {
                throw new InvalidInputException($"{where}: tensor '{name}', element {index}", values[index].ToString(System.Globalization.CultureInfo.InvariantCulture), "a finite number");
            }
        }
    }

    private sealed record SpecDocument(int FormatVersion, ModelSpec Model, DatasetSchema Schema, JsonObject Provenance);
}
