namespace LiMaml.Runtime.Tests.Samples;

/// <summary>A folder of its own for a test, deleted after it.</summary>
internal sealed class TestFolder : IDisposable
{
    private readonly string path = Directory.CreateTempSubdirectory("limaml-runtime-").FullName;

    /// <summary>Names of everything directly in the folder.</summary>
    public IEnumerable<string?> Names => Directory.EnumerateFileSystemEntries(path).Select(Path.GetFileName).Order(StringComparer.Ordinal);

    /// <summary>A path in the folder.</summary>
    public string this[string name] => Path.Combine(path, name);

    public void Dispose() => Directory.Delete(path, recursive: true);
}
