namespace LiMaml.Models.Files;

/// <summary>
/// Writes a folder so that nobody ever sees a part of it: into <c>&lt;path&gt;.partial</c>, renamed by
/// <see cref="Complete"/>, deleted when disposed before that.
/// </summary>
public sealed class AtomicFolder : IDisposable
{
    private const string ReplacedSuffix = ".replaced";
    private readonly bool overwrite;
    private readonly string marker;
    private bool finished;

    private AtomicFolder(string path, string marker, bool overwrite)
    {
        Target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        Partial = Target + AtomicFile.PartialSuffix;
        this.overwrite = overwrite;
        this.marker = marker;
    }

    /// <summary>Where the folder will be, absolute.</summary>
    public string Target { get; }

    /// <summary>Where to write in the meantime, absolute.</summary>
    public string Partial { get; }

    /// <summary>Starts writing <paramref name="path"/>; what an earlier, interrupted writer left in its partial folder is deleted.</summary>
    /// <param name="path">The folder to be; its parents are made where they are missing.</param>
    /// <param name="marker">Name of a file that only this kind of folder has; a folder without it is never replaced.</param>
    /// <param name="overwrite">Whether a folder of this kind may be replaced.</param>
    /// <exception cref="InvalidInputException">The path exists and may not be replaced.</exception>
    public static AtomicFolder Create(string path, string marker, bool overwrite)
    {
        var folder = new AtomicFolder(path, marker, overwrite);
        folder.CheckTarget();
        if (Directory.Exists(folder.Partial))
        {
            Directory.Delete(folder.Partial, recursive: true);
        }

        Directory.CreateDirectory(folder.Partial);
        return folder;
    }

    /// <summary>Puts the folder in its place.</summary>
    /// <exception cref="InvalidInputException">Something appeared at the path meanwhile and may not be replaced.</exception>
    public void Complete()
    {
        ObjectDisposedException.ThrowIf(finished, this);
        CheckTarget();
        var replaced = Target + ReplacedSuffix;
        if (Directory.Exists(Target))
        {
            if (Directory.Exists(replaced))
            {
                Directory.Delete(replaced, recursive: true);
            }

            Directory.Move(Target, replaced);
        }

        Directory.Move(Partial, Target);
        finished = true;
        if (Directory.Exists(replaced))
        {
            Directory.Delete(replaced, recursive: true);
        }
    }

    /// <summary>Deletes what was written, unless <see cref="Complete"/> was called.</summary>
    public void Dispose()
    {
        if (finished)
        {
            return;
        }

        finished = true;
        if (Directory.Exists(Partial))
        {
            Directory.Delete(Partial, recursive: true);
        }
    }

    private void CheckTarget()
    {
        if (File.Exists(Target))
        {
            throw new InvalidInputException(Target, "a file", "a folder, or nothing");
        }

        if (!Directory.Exists(Target) || !Directory.EnumerateFileSystemEntries(Target).Any())
        {
            return;
        }

        if (!overwrite)
        {
            throw new InvalidInputException(Target, "a folder that is not empty", "no folder, or permission to overwrite it");
        }

        if (!File.Exists(Path.Combine(Target, marker)))
        {
            throw new InvalidInputException(Target, $"a folder without {marker}", $"a folder to replace, which has a {marker}");
        }
    }
}
