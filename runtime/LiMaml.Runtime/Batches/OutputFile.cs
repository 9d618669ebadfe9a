using LiMaml.Models;

namespace LiMaml.Runtime.Batches;

/// <summary>Checks on files about to be written, made before any work is done.</summary>
internal static class OutputFile
{
    /// <summary>Checks that <paramref name="path"/> can be written.</summary>
    /// <exception cref="InvalidInputException">It exists and may not be replaced, or its folder does not exist.</exception>
    public static void Check(string path, bool overwrite)
    {
        if (Directory.Exists(path) || (File.Exists(path) && !overwrite))
        {
            throw new InvalidInputException(path, "something there already", "a new file, or leave to overwrite");
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (!Directory.Exists(folder))
        {
            throw new InvalidInputException(path, "no folder to write it to", $"an existing folder {folder}");
        }
    }
}
