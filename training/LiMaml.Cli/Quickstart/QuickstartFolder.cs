using LiMaml.Models;
using LiMaml.Models.Files;
using LiMaml.Models.Json;

namespace LiMaml.Cli.Quickstart;

/// <summary>What a quickstart was asked for; its file marks the folder as one that a later quickstart may replace.</summary>
/// <param name="Rows">Interactions to make up.</param>
/// <param name="Seed">Of the data and of both trainings.</param>
/// <param name="Epochs">Most epochs of each training.</param>
internal sealed record QuickstartOptions(long Rows, int Seed, int Epochs);

/// <summary>The output folder of a quickstart. Unless it is completed, what was made in it is deleted again.</summary>
internal sealed class QuickstartFolder : IDisposable
{
    private const string Marker = "quickstart.json";
    private readonly bool isNew;
    private bool complete;

    private QuickstartFolder(string path, bool isNew)
    {
        Root = path;
        this.isNew = isNew;
    }

    /// <summary>The folder itself, as the user named it.</summary>
    public string Root { get; }

    /// <summary>Prepared dataset.</summary>
    public string Dataset => Path.Combine(Root, "dataset");

    /// <summary>Run folder of the vanilla model.</summary>
    public string Vanilla => Path.Combine(Root, "vanilla");

    /// <summary>Run folder of the LiMAML model.</summary>
    public string LiMaml => Path.Combine(Root, "limaml");

    /// <summary>Tables of both models.</summary>
    public string Evaluation => Path.Combine(Root, "evaluation");

    /// <summary>Model package of the LiMAML model.</summary>
    public string Package => Path.Combine(Root, "package");

    /// <summary>Meta embeddings of all members.</summary>
    public string Snapshot => Path.Combine(Root, "embeddings.parquet");

    /// <summary>Scores of all test rows.</summary>
    public string Scores => Path.Combine(Root, "scores.parquet");

    /// <summary>State of the worker: windows and meta embeddings.</summary>
    public string State => Path.Combine(Root, "state");

    /// <summary>The summary for programs.</summary>
    public string Report => Path.Combine(Root, "report.json");

    /// <summary>Takes a folder, removing what an earlier quickstart made there.</summary>
    /// <exception cref="InvalidInputException">It holds something else.</exception>
    public static QuickstartFolder Create(string path, QuickstartOptions options)
    {
        if (File.Exists(path))
        {
            throw new InvalidInputException(path, "a file", "a folder, or nothing");
        }

        var isNew = !Directory.Exists(path) || !Directory.EnumerateFileSystemEntries(path).Any();
        if (!isNew && !File.Exists(Path.Combine(path, Marker)))
        {
            throw new InvalidInputException(path, "a folder with other things in it", "no folder, an empty one, or one of an earlier quickstart");
        }

        Directory.CreateDirectory(path);
        var folder = new QuickstartFolder(path, isNew);
        folder.Clear();
        ContractJson.Write(Path.Combine(path, Marker), options);
        return folder;
    }

    /// <summary>Writes the report and keeps everything.</summary>
    public void Complete(QuickstartReport report)
    {
        ContractJson.Write(Report, report);
        complete = true;
    }

    /// <summary>Deletes what was made, unless it is complete.</summary>
    public void Dispose()
    {
        if (complete)
        {
            return;
        }

        Clear();
        File.Delete(Path.Combine(Root, Marker));
        if (isNew && !Directory.EnumerateFileSystemEntries(Root).Any())
        {
            Directory.Delete(Root);
        }
    }

    private void Clear()
    {
        foreach (var made in new[] { Dataset, Vanilla, LiMaml, Evaluation, Package, State }.SelectMany(made => new[] { made, made + AtomicFile.PartialSuffix }).Where(Directory.Exists))
        {
            Directory.Delete(made, recursive: true);
        }

        foreach (var made in new[] { Snapshot, Scores, Report })
        {
            File.Delete(made);
        }
    }
}
