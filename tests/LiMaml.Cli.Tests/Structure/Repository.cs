using System.ComponentModel;
using System.Diagnostics;

namespace LiMaml.Cli.Tests.Structure;

/// <summary>The source tree that the tests were built from.</summary>
internal static class Repository
{
    internal static string Root { get; } = FindRoot();

    internal static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>Paths of the files under version control, relative to the root; skips the test where there is no such thing.</summary>
    internal static IReadOnlyList<string> TrackedFiles()
    {
        try
        {
            var (exitCode, output, error) = Run("git", "-c", "safe.directory=*", "ls-files", "-z");
            Assert.SkipUnless(exitCode == 0, $"The sources are not under version control here: {error.Trim()}");
            // A file deleted but not yet committed is still listed.
            return [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(path => File.Exists(Path.Combine(Root, path)))];
        }
        catch (Win32Exception)
        {
            Assert.Skip("git is not installed.");
            throw;
        }
    }

    /// <summary>Runs a program in the root and returns what it printed.</summary>
    internal static (int ExitCode, string Output, string Error) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Root, RedirectStandardOutput = true, RedirectStandardError = true };
        // A test runner started by MSBuild hands its own settings down; they are not ours.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "LiMaml.sln")))
                return folder.FullName;
        throw new InvalidOperationException($"No LiMaml.sln above {AppContext.BaseDirectory}.");
    }
}
