namespace LiMaml.Models.Files;

/// <summary>Writes a file so that nobody ever sees a part of it: into <c>&lt;path&gt;.partial</c>, then renamed.</summary>
public static class AtomicFile
{
    /// <summary>What is added to a path while it is being written.</summary>
    public const string PartialSuffix = ".partial";

    /// <summary>Writes <paramref name="path"/> by <paramref name="write"/>, replacing what was there; on failure nothing changes and nothing is left behind.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var partial = path + PartialSuffix;
        try
        {
            using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    /// <summary>Writes <paramref name="contents"/> to <paramref name="path"/>, replacing what was there.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public static void Write(string path, ReadOnlyMemory<byte> contents) => Write(path, stream => stream.Write(contents.Span));
}
