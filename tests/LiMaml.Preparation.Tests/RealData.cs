namespace LiMaml.Preparation.Tests;

/// <summary>Public data sets, which are not part of the repository.</summary>
internal static class RealData
{
    /// <summary>The folder <paramref name="name"/> of the data sets; the test is skipped where it is absent.</summary>
    public static string Folder(string name)
    {
        var data = Environment.GetEnvironmentVariable("LIMAML_DATA") ?? Path.Combine(Repository.Root, "..", "shared", "data");
        var folder = Path.Combine(data, name);
        Assert.SkipUnless(Directory.Exists(folder), $"{folder} is absent; set LIMAML_DATA to the folder that holds {name}");
        return folder;
    }
}
