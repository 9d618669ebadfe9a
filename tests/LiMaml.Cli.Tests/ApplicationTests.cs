namespace LiMaml.Cli.Tests;

public sealed class ApplicationTests
{
    [Theory]
    [InlineData("prepare --out x", "either --schema")]
    [InlineData("prepare --schema s.json --source synthetic --out x", "either --schema")]
    [InlineData("prepare --schema s.json --rows 5000 --out x", "--rows: expected only with --source synthetic")]
    [InlineData("prepare --source netflix --out x", "netflix")]
    [InlineData("prepare --source synthetic", "--out")]
    [InlineData("prepare --source synthetic --out x --memory-limit lots", "--memory-limit: found 'lots'")]
    [InlineData("train --dataset d", "--out")]
    [InlineData("train --resume r --epochs 3", "--epochs: expected no other option")]
    [InlineData("train --dataset d --out r --algorithm magic", "magic")]
    [InlineData("train --dataset d --out r --epochs 0", "--epochs: found '0', expected a whole number from 1")]
    [InlineData("train --dataset d --out r --seed one", "--seed: found 'one'")]
    [InlineData("verify --package p --tolerance -1", "--tolerance: found '-1'")]
    [InlineData("embed --package p --dataset d --out s --as-of yesterday", "--as-of: found 'yesterday'")]
    [InlineData("embed --package p --dataset d --out s --splits train,exam", "--splits: found 'exam'")]
    [InlineData("embed --package p --dataset d --out s --threads many", "--threads: found 'many'")]
    [InlineData("score --package p --dataset d --out s.csv --split exam", "exam")]
    [InlineData("forecast", "forecast")]
    public async Task Parsing_OfABadCommandLine_NamesTheOptionAndPointsToHelp(string commandLine, string message)
    {
        var run = await CommandRun.OfAsync(commandLine.Split(' '));

        Assert.Equal(ExitCodes.InvalidInput, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Contains("--help'", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task Help_OfEachCommand_DescribesEveryOption()
    {
        foreach (var command in Application.Root(Cli.Display.Terminal.Plain(TextWriter.Null, TextWriter.Null)).Subcommands)
        {
            var help = await CommandRun.SucceedAsync(command.Name, "--help");

            Assert.Contains(command.Description!, help, StringComparison.Ordinal);
            Assert.All(command.Options, option => Assert.False(string.IsNullOrEmpty(option.Description), $"{command.Name} {option.Name}"));
            Assert.All(command.Options, option => Assert.Contains(option.Name, help, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("train --dataset none --out run", "none")]
    [InlineData("train --resume none", "none")]
    [InlineData("verify --package none", "none")]
    [InlineData("embed --package none --dataset none --out snapshot.parquet", "none")]
    [InlineData("score --package none --dataset none --out scores.csv", "none")]
    public async Task Run_OnAMissingFolder_NamesIt(string commandLine, string name)
    {
        using var folder = new TemporaryFolder();
        // Paths are made absolute here: tests share the working folder.
        var args = commandLine.Split(' ').Select(word => word is "none" or "run" || word.Contains('.', StringComparison.Ordinal) ? folder[word] : word);

        var line = (await CommandRun.OfAsync([.. args])).AssertRefusal();

        Assert.Contains(name, line, StringComparison.Ordinal);
        Assert.Empty(folder.Names());
    }

    [Fact]
    public async Task Run_WithAnUnexpectedFault_SaysWhatToDoAndExitsWith1()
    {
        using var folder = new TemporaryFolder();
        folder.File("file", "");

        // A dataset cannot be made below a file.
        var run = await CommandRun.OfAsync("prepare", "--source", "synthetic", "--rows", "1000", "--out", Path.Combine(folder["file"], "dataset"));

        Assert.Equal(ExitCodes.Failure, run.ExitCode);
        Assert.Contains("limaml: unexpected ", run.Error, StringComparison.Ordinal);
        Assert.Contains("--stack-trace", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }
}
