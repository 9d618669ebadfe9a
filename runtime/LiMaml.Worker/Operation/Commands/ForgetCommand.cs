using System.CommandLine;

namespace LiMaml.Worker.Operation.Commands;

/// <summary><c>limaml-worker forget</c>.</summary>
internal static class ForgetCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var key = Arguments.Key();
        var task = Arguments.Task();
        var command = new Command("forget", "Erase a task's window and its embeddings, of all generations. Events of it that the topic still has are another matter: erase them there, or a store that is rebuilt has them again.")
        {
            key, task,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var (name, definition) = (result.GetRequiredValue(key), result.GetValue(task));
            await WorkerAccess.RunAsync(
                CommandLine.Settings(result),
                admin => admin.PostAsync(AdminClient.Address("forget", name, definition), cancellation),
                async operations =>
                {
                    await operations.ForgetAsync(definition, name, cancellation);
                    return "";
                },
                cancellation);
            await result.InvocationConfiguration.Output.WriteLineAsync($"forgotten: {name}");
        });
        return command;
    }
}
