using System.CommandLine;
using LiMaml.Models.Json;

namespace LiMaml.Worker.Operation.Commands;

/// <summary><c>limaml-worker inspect</c>.</summary>
internal static class InspectCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var key = Arguments.Key();
        var task = Arguments.Task();
        var command = new Command("inspect", "Print a task's window and embedding as JSON. Exit code 1 where the worker has neither.") { key, task };
        command.SetAction(async (result, cancellation) =>
        {
            var (name, definition) = (result.GetRequiredValue(key), result.GetValue(task));
            var found = await WorkerAccess.RunAsync(
                CommandLine.Settings(result),
                admin => admin.GetAsync(AdminClient.Address("inspect", name, definition), cancellation),
                async operations => (await operations.InspectAsync(definition, name, cancellation))?.ToJsonString(ContractJson.Options),
                cancellation);
            await result.InvocationConfiguration.Output.WriteLineAsync(found ?? $"nothing is known of {name} here.");
            return found is null ? 1 : 0;
        });
        return command;
    }
}
