using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace LiMaml.Worker.Tests;

/// <summary>Keeps what is logged, to be asserted on and shown where a test fails.</summary>
internal sealed class RecordingLoggers : ILoggerFactory, ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> entries = new();

    public IEnumerable<string> At(LogLevel level) => entries.Where(entry => entry.Level == level).Select(entry => entry.Text);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        entries.Enqueue((logLevel, formatter(state, exception) + (exception is null ? "" : "\n" + exception)));

    public override string ToString() => string.Join("\n", entries.Select(entry => $"{entry.Level}: {entry.Text}"));

    public void Dispose()
    {
    }
}
