using System.CommandLine;
using LiMaml.Cli.Commands;
using LiMaml.Cli.Display;
using LiMaml.Models;

namespace LiMaml.Cli;

/// <summary>The command line <c>limaml</c>: parses, runs one command, and turns faults into a message and an exit code.</summary>
internal static class Application
{
    /// <summary>Runs a command line.</summary>
    /// <param name="args">What stands after the program's name.</param>
    /// <param name="terminal">Where results and messages go.</param>
    /// <param name="cancellation">Stops the command, which then leaves nothing half-written.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Terminal terminal, CancellationToken cancellation = default)
    {
        var result = Root(terminal).Parse(args);
        if (result.Errors.Count > 0)
        {
            return RefuseUsage(result, terminal);
        }

        try
        {
            // The terminal's own signal handling is in Program: the built-in one ends the process two seconds after Ctrl-C.
            var configuration = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = terminal.Output,
                Error = terminal.Error,
            };
            return await result.InvokeAsync(configuration, cancellation);
        }
        catch (InvalidInputException fault)
        {
            terminal.Fault(fault.Message);
            return ExitCodes.InvalidInput;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            terminal.Fault("interrupted; nothing half-written was left.");
            return ExitCodes.Interrupted;
        }
#pragma warning disable CA1031 // the last resort: whatever it is, the user gets a message and the caller an exit code
        catch (Exception fault)
#pragma warning restore CA1031
        {
            ReportUnexpected(fault, result, terminal);
            return ExitCodes.Failure;
        }
    }

    /// <summary>All commands.</summary>
    internal static RootCommand Root(Terminal terminal) =>
        new("LiMaml: meta-learns a recommender that adapts to each member in a few gradient steps, and exports all of it, the adaptation included, to ONNX.\n\nNew here? 'limaml quickstart' does everything below once, on made-up data.")
        {
            StackTrace,
            QuickstartCommand.Create(terminal),
            PrepareCommand.Create(terminal),
            TrainCommand.Create(terminal),
            EvaluateCommand.Create(terminal),
            TuneCommand.Create(terminal),
            ExperimentCommand.Create(terminal),
            ExportCommand.Create(terminal),
            VerifyCommand.Create(terminal),
            ShowCommand.Create(terminal),
            EmbedCommand.Create(terminal),
            ScoreCommand.Create(terminal),
        };

    private static Option<bool> StackTrace { get; } = new("--stack-trace")
    {
        Description = "Show where an unexpected error came from.",
        Recursive = true,
    };

    private static int RefuseUsage(ParseResult result, Terminal terminal)
    {
        foreach (var error in result.Errors.Select(error => error.Message).Distinct())
        {
            terminal.Fault(error);
        }

        var command = result.CommandResult.Command;
        terminal.Error.WriteLine($"See 'limaml {(command is RootCommand ? "" : command.Name + " ")}--help'.");
        return ExitCodes.InvalidInput;
    }

    private static void ReportUnexpected(Exception fault, ParseResult result, Terminal terminal)
    {
        terminal.Fault($"unexpected {fault.GetType().Name}: {fault.Message}");
        terminal.Error.WriteLine(result.GetValue(StackTrace)
            ? fault.ToString()
            : "Check that the disk is not full and that files may be read and written; run again with --stack-trace to see where it came from.");
    }
}
