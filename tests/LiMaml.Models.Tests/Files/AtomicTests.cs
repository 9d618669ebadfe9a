using LiMaml.Models.Files;

namespace LiMaml.Models.Tests.Files;

public sealed class AtomicTests
{
    [Fact]
    public void Write_FailingWriter_LeavesTheOldFileAndNothingElse()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a", "old");

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException();
        }));

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Folder_DisposedBeforeComplete_LeavesNothing()
    {
        using var folder = new TemporaryFolder();
        using (var atomic = AtomicFolder.Create(folder["x"], "m", overwrite: false))
        {
            File.WriteAllText(Path.Combine(atomic.Partial, "m"), "1");
        }

        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Folder_Overwrite_ReplacesAllOfItsKind()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["x"]);
        File.WriteAllText(Path.Combine(folder["x"], "m"), "old");
        File.WriteAllText(Path.Combine(folder["x"], "other"), "old");

        using (var atomic = AtomicFolder.Create(folder["x"], "m", overwrite: true))
        {
            File.WriteAllText(Path.Combine(atomic.Partial, "m"), "new");
            atomic.Complete();
        }

        Assert.Equal([Path.Combine(folder["x"], "m")], Directory.GetFiles(folder["x"]));
        Assert.Equal([folder["x"]], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Folder_OfAnotherKind_IsNeverReplaced()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["x"]);
        File.WriteAllText(Path.Combine(folder["x"], "thesis.txt"), "dear");

        var fault = Assert.Throws<InvalidInputException>(() => AtomicFolder.Create(folder["x"], "m", overwrite: true));

        Assert.Contains("found a folder without m", fault.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder["x"], "thesis.txt")));
    }

    [Fact]
    public void Folder_ExistingWithoutOverwrite_IsRefused()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["x"]);
        File.WriteAllText(Path.Combine(folder["x"], "m"), "old");

        Assert.Contains("not empty", Assert.Throws<InvalidInputException>(() => AtomicFolder.Create(folder["x"], "m", overwrite: false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_LeftByAnInterruptedWriter_IsCleared()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["x.partial"]);
        File.WriteAllText(Path.Combine(folder["x.partial"], "stale"), "old");

        using var atomic = AtomicFolder.Create(folder["x"], "m", overwrite: false);

        Assert.Empty(Directory.GetFileSystemEntries(atomic.Partial));
    }
}
