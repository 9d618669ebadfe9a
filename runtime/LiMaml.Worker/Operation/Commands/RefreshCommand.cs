using System.CommandLine;

namespace LiMaml.Worker.Operation.Commands;

/// <summary><c>limaml-worker refresh</c>.</summary>
internal static class RefreshCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("refresh", "Adapt all tasks now and publish their embeddings: by the worker that runs on the state folder, or on the folder itself where none does. Prints the record of it.");
        command.SetAction(async (result, cancellation) =>
        {
            var record = await WorkerAccess.RunAsync(
                CommandLine.Settings(result),
                admin => admin.PostAsync("refresh", cancellation),
                async operations => Json.Of(await operations.RefreshAsync(cancellation)),
                cancellation);
            await result.InvocationConfiguration.Output.WriteLineAsync(record);
        });
        return command;
    }
}
