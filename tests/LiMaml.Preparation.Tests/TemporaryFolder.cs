namespace LiMaml.Preparation.Tests;

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

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
