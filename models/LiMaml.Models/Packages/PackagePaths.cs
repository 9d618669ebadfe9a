namespace LiMaml.Models.Packages;

/// <summary>Paths inside a package, which must stay inside it on every system.</summary>
internal static class PackagePaths
{
    /// <summary>Checks the written form: <c>/</c> between parts of letters, digits, <c>.</c>, <c>_</c> and <c>-</c>, none of them <c>.</c> or <c>..</c>.</summary>
    /// <exception cref="InvalidInputException">It could lead out of the package, or differs between systems.</exception>
    public static void Validate(string path, string where)
    {
        var parts = path.Split('/');
        var holds = path.Length <= 1000 && parts.All(part => part.Length > 0 && part != "." && part != ".." && part.All(IsAllowed));
        Expect.That(holds, where, $"'{path}'", "a relative path inside the package: names of letters, digits, '.', '_', '-' with '/' between them");
    }

    /// <summary>The absolute path of a validated <paramref name="path"/>.</summary>
    /// <exception cref="InvalidInputException">A part of it is a link.</exception>
    public static string Resolve(string folder, string path)
    {
        var resolved = folder;
        foreach (var part in path.Split('/'))
        {
            resolved = Path.Combine(resolved, part);
            Expect.That(new FileInfo(resolved).LinkTarget is null, resolved, "a link", "a file or folder of the package itself");
        }

        return resolved;
    }

    private static bool IsAllowed(char character) => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-';
}
