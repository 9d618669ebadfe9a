namespace LiMaml.Export.Tests.Running;

/// <summary>A folder of its own for a test, deleted after it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("limaml-export-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
