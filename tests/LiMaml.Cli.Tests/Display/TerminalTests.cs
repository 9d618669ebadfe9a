using LiMaml.Cli.Display;
using Spectre.Console;
using Progress = LiMaml.Cli.Display.Progress;

namespace LiMaml.Cli.Tests.Display;

public sealed class TerminalTests : IDisposable
{
    private readonly StringWriter output = new();

    [Fact]
    public async Task WithProgress_OnAPersonsTerminal_ShowsTheStageAndKeepsLinesWrittenMeanwhile()
    {
        var terminal = Terminal.Interactive(
            AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes }), TextWriter.Null);

        var result = await terminal.WithProgressAsync(progress =>
        {
            progress.Report(new Progress("reading [all]", 1, 2));
            terminal.WriteLine("half [done]");
            progress.Report(new Progress("writing", 2, 2));
            return Task.FromResult(7);
        });

        Assert.Equal(7, result);
        Assert.Contains("half [done]", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("writing", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_OfATableOnAPersonsTerminal_HasItsCells()
    {
        var terminal = Terminal.Interactive(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }), TextWriter.Null);

        terminal.Write(new TextTable("graph", "rows").Add("adapt [k]", "12"));

        Assert.Contains("adapt [k]", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Fault_OfSeveralLines_IsOneLine()
    {
        using var error = new StringWriter { NewLine = "\n" };

        Terminal.Plain(output, error).Fault("first\r\n  second");

        Assert.Equal("limaml: first second\n", error.ToString());
    }

    public void Dispose() => output.Dispose();
}
