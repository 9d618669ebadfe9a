using System.CommandLine;

namespace LiMaml.Worker.Operation.Commands;

/// <summary><c>limaml-worker run</c>.</summary>
internal static class RunCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("run", "Consume events, keep windows, adapt, publish embeddings and score, until told to end (SIGTERM or Ctrl-C).");
        command.SetAction(async (result, cancellation) =>
        {
            await using var worker = await WorkerHost.StartAsync(CommandLine.Configuration(result), cancellation);
            await worker.WaitAsync(cancellation);
            return Environment.ExitCode;
        });
        return command;
    }
}
