using LiMaml.Models;
using LiMaml.Models.Files;
using LiMaml.Models.Json;
using LiMaml.Models.Packages;
using LiMaml.Runtime.Events;

namespace LiMaml.Worker.Operation;

/// <summary>The folder of model packages, and which of them is to be used.</summary>
/// <param name="folder">See <see cref="WorkerOptions.Packages"/>.</param>
internal sealed class PackageCatalogue(string folder)
{
    /// <summary>Name of the file that names the subfolder to use.</summary>
    public const string PointerFile = "current";

    /// <summary>The folder of the package to use now, absolute.</summary>
    /// <exception cref="InvalidInputException">There is none, or the pointer names none.</exception>
    public string Current()
    {
        var root = Path.GetFullPath(folder);
        if (IsPackage(root))
        {
            return root;
        }

        if (!Directory.Exists(root))
        {
            throw new InvalidInputException("Worker:Packages", $"'{folder}', which is no folder", "a folder of model packages");
        }

        var pointer = Path.Combine(root, PointerFile);
        return File.Exists(pointer) ? Pointed(root, pointer) : Newest(root);
    }

    /// <summary>The folder of the package with this bundle id; null where there is none.</summary>
    public string? Find(string bundleId) => All().FirstOrDefault(package => BundleOf(package) == bundleId);

    /// <summary>What events look like for the packages that are there, the newest first; those that can't be read are left out.</summary>
    public IReadOnlyList<EventSchema> Events() => [.. All().OrderByDescending(Time).Select(EventsOf).OfType<EventSchema>()];

    /// <summary>From now on <paramref name="package"/> is the one to use, whatever newer ones there are.</summary>
    /// <exception cref="InvalidInputException">It is not in this folder.</exception>
    public void Pin(string package)
    {
        var root = Path.GetFullPath(folder);
        if (IsPackage(root))
        {
            return;
        }

        Expect(Path.GetDirectoryName(package) == root, package, $"a folder in {root}");
        AtomicFile.Write(Path.Combine(root, PointerFile), System.Text.Encoding.UTF8.GetBytes(Path.GetFileName(package) + "\n"));
    }

    private IEnumerable<string> All()
    {
        var root = Path.GetFullPath(folder);
        return IsPackage(root) ? [root] : Directory.EnumerateDirectories(root).Where(IsPackage).Order(StringComparer.Ordinal);
    }

    private static string Pointed(string root, string pointer)
    {
        var name = File.ReadAllText(pointer).Trim();
        Expect(name.Length > 0 && name == Path.GetFileName(name) && name is not ("." or ".."), $"{pointer}: '{name}'", $"the name of a folder in {root}");
        var package = Path.Combine(root, name);
        Expect(IsPackage(package), $"{pointer}: '{name}'", $"a folder in {root} with a {Manifest.FileName}");
        return package;
    }

    private static string Newest(string root) =>
        Directory.EnumerateDirectories(root)
            .Where(IsPackage)
            .OrderByDescending(Time)
            .ThenByDescending(package => package, StringComparer.Ordinal)
            .FirstOrDefault()
        ?? throw new InvalidInputException(root, "no model package", $"a subfolder with a {Manifest.FileName}");

    private static bool IsPackage(string path) =>
        File.Exists(Path.Combine(path, Manifest.FileName)) && !path.EndsWith(AtomicFile.PartialSuffix, StringComparison.Ordinal);

    private static DateTime Time(string package) => File.GetLastWriteTimeUtc(Path.Combine(package, Manifest.FileName));

    private static string? BundleOf(string package) => Read(package, manifest => manifest.BundleId);

    private static EventSchema? EventsOf(string package) => Read(package, manifest => EventSchema.For(manifest.Schema));

    // Null where it can't be read: not the one that is looked for, whatever else is wrong with it.
    private static T? Read<T>(string package, Func<Manifest, T> member)
        where T : class
    {
        try
        {
            return member(ContractJson.Read<Manifest>(Path.Combine(package, Manifest.FileName)));
        }
        catch (InvalidInputException)
        {
            return null;
        }
    }

    private static void Expect(bool holds, string found, string expected)
    {
        if (!holds)
        {
            throw new InvalidInputException("model package", found, expected);
        }
    }
}
