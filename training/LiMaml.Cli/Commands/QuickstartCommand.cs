using System.CommandLine;
using LiMaml.Cli.Arguments;
using LiMaml.Cli.Display;
using LiMaml.Cli.Quickstart;

namespace LiMaml.Cli.Commands;

/// <summary><c>limaml quickstart</c>: everything once, on made-up data.</summary>
internal static class QuickstartCommand
{
    private const string DefaultFolder = "out/quickstart";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var output = Common.Out($"Folder for everything that is made. Default {DefaultFolder}; what an earlier quickstart left there is replaced.");
        output.Required = false;
        var rows = Text.Number("--rows", "Interactions to make up. Default 150,000.", 1_000L, 1_000_000_000);
        var seed = Text.Number("--seed", "Seeds the data and the training. Default 1.", int.MinValue, int.MaxValue, "number");
        var epochs = Text.Number("--epochs", "Most epochs of each training. Default 8.", 1, 1000);
        var threads = Common.Threads();
        var command = new Command("quickstart", "The whole way on made-up data, in a few minutes: prepare, train vanilla and LiMAML, evaluate, export, verify, embed, score, stream through Kafka, serve.")
        {
            output, rows, seed, epochs, threads,
        };
        command.SetAction(async (result, cancellation) =>
        {
            TrainCommand.UseThreads(result.GetValue(threads) ?? 0);
            var options = new QuickstartOptions(result.GetValue(rows) ?? 150_000, result.GetValue(seed) ?? 1, result.GetValue(epochs) ?? 8);
            using var folder = QuickstartFolder.Create(result.GetValue(output) ?? DefaultFolder, options);
            return await new QuickstartRun(options, folder, terminal, cancellation).RunAsync() ? ExitCodes.Success : ExitCodes.Failure;
        });
        return command;
    }
}
