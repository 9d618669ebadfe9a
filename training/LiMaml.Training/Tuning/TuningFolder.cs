using System.Text.Json.Nodes;
using LiMaml.Models;
using LiMaml.Models.Files;
using LiMaml.Models.Json;

namespace LiMaml.Training.Tuning;

/// <summary>The folder of a search, which belongs to one set of options: with others, its trials would not be comparable.</summary>
internal static class TuningFolder
{
    private const string OptionsFile = "tune.json";

    /// <summary>Makes the folder, or makes sure that it is of the same search.</summary>
    /// <exception cref="InvalidInputException">It holds another search, or something else.</exception>
    public static void Open(TuningOptions options, TrainingConfiguration configuration)
    {
        var file = Path.Combine(options.Folder, OptionsFile);
        var wanted = ContractJson.Serialize(Kept.Of(options, configuration));
        if (File.Exists(file))
        {
            if (!File.ReadAllBytes(file).AsSpan().SequenceEqual(wanted))
            {
                throw new InvalidInputException(options.Folder, $"a search with other options (see {OptionsFile})", "the same options to go on with it, or another folder");
            }

            return;
        }

        if (Directory.Exists(options.Folder) && Directory.EnumerateFileSystemEntries(options.Folder).Any())
        {
            throw new InvalidInputException(options.Folder, $"a folder without {OptionsFile}", "no folder, or that of an interrupted search");
        }

        Directory.CreateDirectory(options.Folder);
        AtomicFile.Write(file, wanted);
    }

    /// <summary>The options as they are kept.</summary>
    private sealed record Kept(string Dataset, int Trials, int Seed, int Finalists, int FinalistSeeds, JsonObject Space, TrainingConfiguration Configuration)
    {
        public static Kept Of(TuningOptions options, TrainingConfiguration configuration) => new(
            Path.GetFullPath(options.Dataset), options.Trials, options.Seed, options.Finalists, options.FinalistSeeds, options.Space.ToJson(), configuration);
    }
}
