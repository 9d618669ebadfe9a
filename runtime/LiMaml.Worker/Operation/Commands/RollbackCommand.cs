using System.CommandLine;

namespace LiMaml.Worker.Operation.Commands;

/// <summary><c>limaml-worker rollback</c>.</summary>
internal static class RollbackCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("rollback", "Go back to the generation of embeddings before the current one, and to its package, which stays in use until the file 'current' beside the packages names another. Once more goes forward again.");
        command.SetAction(async (result, cancellation) =>
        {
            var pointer = await WorkerAccess.RunAsync(
                CommandLine.Settings(result),
                admin => admin.PostAsync("rollback", cancellation),
                async operations => Json.Of(await operations.RollbackAsync(cancellation)),
                cancellation);
            await result.InvocationConfiguration.Output.WriteLineAsync(pointer);
        });
        return command;
    }
}
