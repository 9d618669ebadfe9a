using Confluent.Kafka;

namespace LiMaml.Worker.Kafka;

/// <summary>librdkafka's messages in the worker's log.</summary>
internal static class ClientLog
{
    /// <summary>A line of the client's own log.</summary>
    public static void Write(ILogger logger, LogMessage entry)
    {
        // The client calls a lost connection an error; it reconnects by itself.
        var level = entry.Level switch
        {
            <= SyslogLevel.Critical => LogLevel.Error,
            <= SyslogLevel.Warning => LogLevel.Warning,
            <= SyslogLevel.Info => LogLevel.Information,
            _ => LogLevel.Debug,
        };
        logger.Log(level, "Kafka client {Client} {Facility}: {Message}", entry.Name, entry.Facility, entry.Message);
    }

    /// <summary>An error event of the client; all but the fatal ones are retried by the client itself.</summary>
    public static void Write(ILogger logger, Error error) =>
        logger.Log(error.IsFatal ? LogLevel.Error : LogLevel.Warning, "Kafka {Code}: {Reason}", error.Code, error.Reason);
}
