using System.Security.Cryptography;

namespace LiMaml.Models.Packages;

/// <summary>A model package folder whose every file was found to be what its manifest says.</summary>
public sealed class ModelPackage
{
    private ModelPackage(string folder, Manifest manifest)
    {
        Folder = folder;
        Manifest = manifest;
    }

    /// <summary>The folder, absolute.</summary>
    public string Folder { get; }

    /// <summary>Its manifest, checked.</summary>
    public Manifest Manifest { get; }

    /// <summary>The graph of the global block.</summary>
    public PackageGraph Global => Manifest.Graphs.Single(graph => graph.Kind == GraphKind.Global);

    /// <summary>Opens a package: checks the manifest, then size and SHA-256 of every file; reads all its bytes once.</summary>
    /// <exception cref="InvalidInputException">The manifest is missing, malformed, inconsistent or of a newer format; a file is missing, changed, a link, or not listed.</exception>
    public static ModelPackage Open(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new InvalidInputException(folder, "no folder", "a model package");
        }

        var package = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var manifest = ManifestReader.Read(Path.Combine(package, Manifest.FileName));
        RefuseUnlistedFiles(package, manifest);
        foreach (var file in manifest.Files)
        {
            Verify(PackagePaths.Resolve(package, file.Path), file);
        }

        return new ModelPackage(package, manifest);
    }

    /// <summary>The graph that gives unadapted meta embeddings for a task definition.</summary>
    /// <exception cref="InvalidInputException">The model has no meta block for it.</exception>
    public PackageGraph Meta(string task) => Find(GraphKind.Meta, task);

    /// <summary>The graph that adapts to tasks of a task definition.</summary>
    /// <exception cref="InvalidInputException">The model has no meta block for it.</exception>
    public PackageGraph Adapt(string task) => Find(GraphKind.Adapt, task);

    /// <summary>Absolute path of a graph's ONNX file.</summary>
    public string PathOf(PackageGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return PackagePaths.Resolve(Folder, graph.Path);
    }

    /// <summary>Reads the recorded cases.</summary>
    /// <exception cref="InvalidInputException">A case names an unknown graph, or not exactly its inputs, or an unknown output; or a graph has no case.</exception>
    public IReadOnlyList<HandoffCase> ReadHandoff()
    {
        var path = PackagePaths.Resolve(Folder, Handoff.FileName);
        var cases = Handoff.Read(path);
        foreach (var handoff in cases)
        {
            var where = $"{path}: {handoff.Graph}/{handoff.Name}";
            var graph = Manifest.Graphs.FirstOrDefault(graph => graph.Name == handoff.Graph)
                ?? throw new InvalidInputException(where, $"graph '{handoff.Graph}'", $"one of {string.Join(", ", Manifest.Graphs.Select(graph => graph.Name))}");
            var inputs = graph.Inputs.Select(input => input.Name).ToHashSet();
            Expect.That(inputs.SetEquals(handoff.Inputs.Keys), $"{where}: inputs", string.Join(", ", handoff.Inputs.Keys), string.Join(", ", inputs));
            var outputs = graph.Outputs.Select(output => output.Name).ToHashSet();
            Expect.That(handoff.Outputs.Count > 0 && outputs.IsSupersetOf(handoff.Outputs.Keys), $"{where}: outputs", string.Join(", ", handoff.Outputs.Keys), $"some of {string.Join(", ", outputs)}");
        }

        var missing = Manifest.Graphs.FirstOrDefault(graph => cases.All(handoff => handoff.Graph != graph.Name));
        Expect.That(missing is null, path, $"no case for graph '{missing?.Name}'", "at least one for each graph");
        return cases;
    }

    private PackageGraph Find(GraphKind kind, string task) =>
        Manifest.Graphs.FirstOrDefault(graph => graph.Kind == kind && graph.Task == task)
        ?? throw new InvalidInputException($"{Folder}: task definition", $"'{task}'", $"one of {string.Join(", ", Manifest.Model.MetaBlocks.Select(block => block.Task))}");

    // A stray <graph>/2/model.onnx would be served by model servers instead of the one that was checked.
    private static void RefuseUnlistedFiles(string package, Manifest manifest)
    {
        var listed = manifest.Files.Select(file => file.Path).Append(Manifest.FileName).ToHashSet(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(package, "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(package, path).Replace(Path.DirectorySeparatorChar, '/');
            Expect.That(listed.Contains(relative), package, $"the file '{relative}'", $"only files that {Manifest.FileName} lists");
        }
    }

    private static void Verify(string path, PackageFile file)
    {
        if (!File.Exists(path))
        {
            throw new InvalidInputException(path, "no file", $"{file.Bytes} bytes, as {Manifest.FileName} says");
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        Expect.That(stream.Length == file.Bytes, path, $"{stream.Length} bytes", $"{file.Bytes}, as {Manifest.FileName} says");
        var hash = BundleId.Hex(SHA256.HashData(stream));
        Expect.That(hash == file.Sha256, path, $"SHA-256 {hash}", $"{file.Sha256}, as {Manifest.FileName} says");
    }
}
