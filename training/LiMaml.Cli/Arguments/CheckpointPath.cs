using System.Globalization;
using LiMaml.Models;

namespace LiMaml.Cli.Arguments;

/// <summary>Finds checkpoints where users point: at a checkpoint, at a training run, or at a folder of runs of several seeds.</summary>
internal static class CheckpointPath
{
    private const string SpecFile = "spec.json";
    private const string SeedPrefix = "seed-";

    /// <summary>The checkpoint folders at a path, those of several seeds in the order of the seeds.</summary>
    /// <exception cref="InvalidInputException">There is none.</exception>
    public static IReadOnlyList<string> Resolve(string path)
    {
        if (OfRun(path) is { } checkpoint)
        {
            return [checkpoint];
        }

        if (!Directory.Exists(path))
        {
            throw new InvalidInputException(path, "no folder", "a checkpoint, a training run, or a folder of runs");
        }

        string[] runs = [.. Directory.GetDirectories(path, SeedPrefix + "*").Where(run => OfRun(run) is not null).OrderBy(Seed)];
        return runs.Length > 0
            ? [.. runs.Select(run => OfRun(run)!)]
            : throw new InvalidInputException(path, $"a folder without {SpecFile}", "a checkpoint, a training run that finished an epoch, or a folder of runs (seed-1, seed-2 …)");
    }

    /// <summary>The one checkpoint at a path.</summary>
    /// <exception cref="InvalidInputException">There is none, or several.</exception>
    public static string ResolveOne(string path) => Resolve(path) switch
    {
        [var only] => only,
        var several => throw new InvalidInputException(path, $"{several.Count} checkpoints", "one; name the seed's folder"),
    };

    private static string? OfRun(string path) =>
        new[] { path, Path.Combine(path, "checkpoint") }.FirstOrDefault(folder => File.Exists(Path.Combine(folder, SpecFile)));

    private static long Seed(string run) =>
        long.TryParse(Path.GetFileName(run)[SeedPrefix.Length..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed) ? seed : long.MaxValue;
}
