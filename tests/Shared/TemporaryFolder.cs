namespace LiMaml.Tests;

/// <summary>A new folder, deleted when the test ends.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("limaml-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string File(string name, string contents)
    {
        System.IO.File.WriteAllText(this[name], contents);
        return this[name];
    }

    /// <summary>Names of what lies in it.</summary>
    public string[] Names() => [.. Directory.EnumerateFileSystemEntries(Path).Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal)!];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
