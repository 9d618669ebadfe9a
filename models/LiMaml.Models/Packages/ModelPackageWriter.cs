using System.Security.Cryptography;
using System.Text.Json.Nodes;
using LiMaml.Models.Files;
using LiMaml.Models.Json;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Models.Packages;

/// <summary>What a manifest says besides what the writer finds out by itself; see <see cref="Manifest"/> for each.</summary>
/// <param name="Model">Both blocks and the fine-tuning.</param>
/// <param name="Schema">Features with vocabularies and normalisation.</param>
/// <param name="WeightsSha256">From <see cref="BundleId.HashWeights"/>.</param>
/// <param name="Graphs">One global; one meta and one adapt for each meta block.</param>
/// <param name="Opset">ONNX operator set of all graphs.</param>
/// <param name="IrVersion">ONNX IR version of all graphs.</param>
/// <param name="Provenance">How the model came to be.</param>
/// <param name="Metrics">What was measured on it.</param>
public sealed record PackageContents(
    ModelSpec Model,
    DatasetSchema Schema,
    string WeightsSha256,
    IReadOnlyList<PackageGraph> Graphs,
    int Opset,
    int IrVersion,
    JsonObject Provenance,
    JsonObject Metrics);

/// <summary>
/// Writes a model package: files first, <see cref="Complete"/> last; into <c>&lt;folder&gt;.partial</c>, deleted when
/// disposed before that. Equal files and contents give equal packages.
/// </summary>
public sealed class ModelPackageWriter : IDisposable
{
    private readonly AtomicFolder folder;
    private readonly List<PackageFile> files = [];

    private ModelPackageWriter(AtomicFolder folder) => this.folder = folder;

    /// <summary>Starts a package.</summary>
    /// <param name="folder">Where it will be.</param>
    /// <param name="overwrite">Whether a package that is there may be replaced; other folders never are.</param>
    /// <exception cref="InvalidInputException">The folder may not be replaced.</exception>
    public static ModelPackageWriter Create(string folder, bool overwrite = false) => new(AtomicFolder.Create(folder, Manifest.FileName, overwrite));

    /// <summary>Adds a file.</summary>
    /// <param name="path">Relative to the package, with <c>/</c>.</param>
    /// <param name="contents">Its bytes.</param>
    /// <returns>Its entry in the manifest.</returns>
    /// <exception cref="InvalidInputException">The path leads out of the package, or was added before.</exception>
    public PackageFile AddFile(string path, ReadOnlyMemory<byte> contents) => AddFile(path, stream => stream.Write(contents.Span));

    /// <summary>Adds a file that is too large to hold.</summary>
    /// <param name="path">Relative to the package, with <c>/</c>.</param>
    /// <param name="write">Writes it to a stream that can't seek.</param>
    /// <returns>Its entry in the manifest.</returns>
    /// <exception cref="InvalidInputException">The path leads out of the package, or was added before.</exception>
    public PackageFile AddFile(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        PackagePaths.Validate(path, "file of a model package");
        Expect.That(files.All(file => file.Path != path) && path != Manifest.FileName, "file of a model package", $"'{path}' a second time", "each path once");
        var target = Path.Combine(folder.Partial, Path.Combine(path.Split('/')));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        using var hash = SHA256.Create();
        using (var stream = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None))
        using (var hashing = new CryptoStream(stream, hash, CryptoStreamMode.Write))
        {
            write(hashing);
        }

        var file = new PackageFile(path, new FileInfo(target).Length, BundleId.Hex(hash.Hash!));
        files.Add(file);
        return file;
    }

    /// <summary>Adds <c>handoff.safetensors</c>; do it before the graphs, whose bundle id needs its hash.</summary>
    /// <returns>Its entry in the manifest.</returns>
    /// <exception cref="ArgumentException">Two cases of one name, or a name with a <c>/</c>.</exception>
    public PackageFile AddHandoff(IEnumerable<HandoffCase> cases) => AddFile(Handoff.FileName, stream => Handoff.Write(stream, cases));

    /// <summary>Writes the manifest, and puts the folder in its place.</summary>
    /// <returns>The manifest, with bundle id and files.</returns>
    /// <exception cref="InvalidInputException">Something is missing or inconsistent, or the folder may not be replaced; nothing is left behind once disposed.</exception>
    public Manifest Complete(PackageContents contents)
    {
        ArgumentNullException.ThrowIfNull(contents);
        var handoff = files.FirstOrDefault(file => file.Path == Handoff.FileName)
            ?? throw new InvalidInputException(folder.Target, $"no {Handoff.FileName}", "it, with recorded inputs and outputs");
        var manifest = new Manifest(
            Manifest.CurrentFormatVersion,
            BundleId.Compute(contents.Model, contents.Schema, contents.WeightsSha256, handoff.Sha256),
            contents.Model,
            contents.Schema,
            contents.WeightsSha256,
            contents.Graphs,
            [.. files.OrderBy(file => file.Path, StringComparer.Ordinal)],
            contents.Opset,
            contents.IrVersion,
            contents.Provenance,
            contents.Metrics);
        ManifestValidation.Validate(manifest, $"{folder.Target}: {Manifest.FileName}");
        ContractJson.Write(Path.Combine(folder.Partial, Manifest.FileName), manifest);
        folder.Complete();
        return manifest;
    }

    /// <summary>Deletes what was written, unless <see cref="Complete"/> was called.</summary>
    public void Dispose() => folder.Dispose();
}
