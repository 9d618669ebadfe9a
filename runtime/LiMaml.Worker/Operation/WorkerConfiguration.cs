using Microsoft.Extensions.Logging.Console;

namespace LiMaml.Worker.Operation;

/// <summary>Where settings come from: <c>appsettings.json</c> beside the program, then <c>LIMAML_…</c> variables, then the command line.</summary>
internal static class WorkerConfiguration
{
    /// <summary>What environment variables begin with; <c>LIMAML_Kafka__Topic</c> is <c>Kafka:Topic</c>.</summary>
    public const string Prefix = "LIMAML_";

    /// <summary>The settings of a process.</summary>
    /// <param name="files">Further JSON files; later ones win.</param>
    /// <param name="values">Single settings, which win over all.</param>
    public static IConfiguration Of(IEnumerable<string> files, IReadOnlyDictionary<string, string?> values)
    {
        var builder = new ConfigurationBuilder();
        foreach (var file in files)
        {
            builder.AddJsonFile(Path.GetFullPath(file), optional: false);
        }

        return builder.AddEnvironmentVariables(Prefix).AddInMemoryCollection(values).Build();
    }

    /// <summary>Lays <paramref name="settings"/> over the file beside the program.</summary>
    public static void Add(IConfigurationBuilder builder, IConfiguration settings)
    {
        builder.Sources.Clear();
        builder.AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true).AddEnvironmentVariables(Prefix).AddConfiguration(settings);
    }

    /// <summary>Log lines on standard output, JSON unless <c>Logging:Console:FormatterName</c> says otherwise.</summary>
    public static void Add(ILoggingBuilder logging, IConfiguration settings)
    {
        logging.ClearProviders().AddConfiguration(settings.GetSection("Logging")).AddConsole(console => console.FormatterName = settings["Logging:Console:FormatterName"] ?? ConsoleFormatterNames.Json);
    }
}
