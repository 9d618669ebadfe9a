using LiMaml.Cli.Runtimes;

namespace LiMaml.Cli.Tests.Conformance;

/// <summary>The runtimes of others that are installed here, which LIMAML_TEST_RUNTIMES names with commas between.</summary>
internal static class TestRuntimes
{
    private const string Variable = "LIMAML_TEST_RUNTIMES";

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Installed { get; } = [.. (Environment.GetEnvironmentVariable(Variable) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Skips the test where the runtime is not installed.</summary>
    public static void Require(string runtime) =>
        Assert.SkipUnless(runtime == OwnRuntime.Word || Installed.Contains(runtime), $"{Variable} does not name {runtime}.");

    /// <summary>Keeps what a command printed for whoever reads the log of the whole run, in the folder that LIMAML_TEST_REPORTS names.</summary>
    public static void Report(string name, string text)
    {
        if (Environment.GetEnvironmentVariable("LIMAML_TEST_REPORTS") is { Length: > 0 } folder)
        {
            File.WriteAllText(Path.Combine(folder, name), text);
        }
    }
}
