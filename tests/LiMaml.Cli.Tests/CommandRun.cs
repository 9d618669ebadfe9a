using LiMaml.Cli.Display;

namespace LiMaml.Cli.Tests;

/// <summary>What a command line did, run in this process with redirected output.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Error)
{
    public static Task<CommandRun> OfAsync(params string[] args) => OfAsync(TestContext.Current.CancellationToken, args);

    public static async Task<CommandRun> OfAsync(CancellationToken cancellation, params string[] args)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var exitCode = await Application.RunAsync(args, Terminal.Plain(TextWriter.Synchronized(output), TextWriter.Synchronized(error)), cancellation);
        return new CommandRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Runs a command line that must succeed, and returns what it printed.</summary>
    public static async Task<string> SucceedAsync(params string[] args)
    {
        var run = await OfAsync(args);
        Assert.True(run.ExitCode == ExitCodes.Success, $"limaml {string.Join(' ', args)}: exit code {run.ExitCode}\n{run.Error}\n{run.Output}");
        return run.Output;
    }

    /// <summary>One line on the error stream, no stack trace, exit code 2; returns the line.</summary>
    public string AssertRefusal()
    {
        Assert.Equal(ExitCodes.InvalidInput, ExitCode);
        var line = Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("limaml: ", line, StringComparison.Ordinal);
        return line;
    }
}
