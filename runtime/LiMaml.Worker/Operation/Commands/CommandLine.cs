using System.CommandLine;
using LiMaml.Models;

namespace LiMaml.Worker.Operation.Commands;

/// <summary>The command line <c>limaml-worker</c>.</summary>
internal static class CommandLine
{
    private const int InvalidInput = 2;
    private const int Failure = 1;
    private const int Interrupted = 130;

    /// <summary>Further settings files.</summary>
    public static Option<string[]> Files { get; } = new("--config", "-c")
    {
        Description = "JSON file of settings, laid over appsettings.json and under LIMAML_… variables. May be given several times; later ones win.",
        HelpName = "file",
        Recursive = true,
        DefaultValueFactory = _ => [],
    };

    /// <summary>Single settings.</summary>
    public static Option<string[]> Values { get; } = new("--set", "-s")
    {
        Description = "One setting, e.g. --set Kafka:Topic=events. Wins over files and variables. May be given several times.",
        HelpName = "name=value",
        Recursive = true,
        DefaultValueFactory = _ => [],
    };

    /// <summary>Runs one command.</summary>
    /// <returns>0 for success, 1 for a failure, 2 for a wrong setting or argument, 130 where it was interrupted.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error)
    {
        var root = new RootCommand("The LiMaml worker: interaction events from Kafka in, fresh meta embeddings and scores out.")
        {
            Files, Values,
            RunCommand.Create(), RefreshCommand.Create(), InspectCommand.Create(), ForgetCommand.Create(), RollbackCommand.Create(), ProduceCommand.Create(),
        };
        try
        {
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromMinutes(10), Output = output, Error = error };
            return await root.Parse(args).InvokeAsync(configuration);
        }
        catch (InvalidInputException fault)
        {
            await error.WriteLineAsync($"error: {fault.Message}");
            return InvalidInput;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("interrupted.");
            return Interrupted;
        }
#pragma warning disable CA1031 // the last resort: whoever started it gets a message and an exit code
        catch (Exception fault)
#pragma warning restore CA1031
        {
            await error.WriteLineAsync($"unexpected {fault.GetType().Name}: {fault}");
            return Failure;
        }
    }

    /// <summary>The settings of a command line.</summary>
    /// <exception cref="InvalidInputException">A value is not <c>name=value</c>, or a file is missing or no JSON.</exception>
    public static IConfiguration Configuration(ParseResult result)
    {
        var files = result.GetValue(Files) ?? [];
        var missing = files.FirstOrDefault(file => !File.Exists(file));
        if (missing is not null)
        {
            throw new InvalidInputException("--config", $"'{missing}', which is no file", "a JSON file");
        }

        try
        {
            return WorkerConfiguration.Of(files, (result.GetValue(Values) ?? []).Select(Split).GroupBy(pair => pair.Name).ToDictionary(pair => pair.Key, pair => (string?)pair.Last().Value));
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidInputException($"--config: {fault.Message}", fault);
        }
    }

    /// <summary>All settings, those beside the program included, checked.</summary>
    /// <exception cref="InvalidInputException">A setting is wrong.</exception>
    public static WorkerSettings Settings(ParseResult result)
    {
        var builder = new ConfigurationBuilder();
        WorkerConfiguration.Add(builder, Configuration(result));
        return WorkerSettings.Read(builder.Build());
    }

    private static (string Name, string Value) Split(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0 ? (text[..at], text[(at + 1)..]) : throw new InvalidInputException("--set", $"'{text}'", "name=value, e.g. Kafka:Topic=events");
    }
}
