namespace LiMaml.Preparation.Tests;

/// <summary>The folder of the solution.</summary>
internal static class Repository
{
    public static string Root
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (folder is not null && !File.Exists(Path.Combine(folder, "LiMaml.sln")))
            {
                folder = Path.GetDirectoryName(folder);
            }

            return folder ?? throw new DirectoryNotFoundException($"no LiMaml.sln above {AppContext.BaseDirectory}");
        }
    }
}
