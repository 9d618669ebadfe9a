using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace LiMaml.Benchmarks.Streaming;

/// <summary>A worker in a process of its own, so that what it holds is not mixed with what puts it under load.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private const int MostLines = 200;
    private readonly Process process;
    private readonly string addressFile;
    private readonly ConcurrentQueue<string> lines = [];
    private readonly HttpClient http = new();

    internal WorkerProcess(string stateFolder, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        addressFile = Path.Combine(stateFolder, "worker.address");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "limaml-worker.dll"), "run", .. settings.SelectMany(setting => new[] { "--set", $"{setting.Key}={setting.Value}" })];
        arguments.ToList().ForEach(start.ArgumentList.Add);
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Its warnings and errors, the last ones.</summary>
    internal string Output => string.Join('\n', lines);

    /// <summary>How many there were.</summary>
    internal long LineCount { get; private set; }

    /// <summary>Where it answers, once it does.</summary>
    /// <exception cref="InvalidOperationException">It has ended instead.</exception>
    internal async Task<Uri> AddressAsync()
    {
        while (!File.Exists(addressFile))
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException("The worker ended:\n" + Output);
            }

            await Task.Delay(50);
        }

        return new Uri(await File.ReadAllTextAsync(addressFile));
    }

    /// <summary>The sum of a metric over all its labels; null where it does not say.</summary>
    internal async Task<double?> MetricAsync(string name)
    {
        var metrics = await http.GetStringAsync(new Uri(await AddressAsync(), "/metrics"));
        double[] values = [.. metrics.Split('\n').Where(line => line.StartsWith(name + "{", StringComparison.Ordinal)).Select(Value)];
        return values.Length == 0 ? null : values.Sum();
    }

    /// <summary>What it holds now; on systems other than Linux <see cref="Process"/> counts handles otherwise.</summary>
    internal async Task<Holding> MeasureAsync(TimeSpan since)
    {
        process.Refresh();
        var (descriptors, tables) = Descriptors();
        return new Holding(since.TotalSeconds, process.WorkingSet64, (long)(await MetricAsync("dotnet_gc_last_collection_heap_size_bytes") ?? 0), descriptors, tables, process.Threads.Count);
    }

    /// <summary>Open files and sockets, and beside them the stores' tables.</summary>
    private (int Descriptors, int Tables) Descriptors()
    {
        if (!OperatingSystem.IsLinux())
        {
            return (process.HandleCount, 0);
        }

        var open = Directory.GetFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/fd"));
        var tables = open.Count(descriptor => new FileInfo(descriptor).LinkTarget?.EndsWith(".sst", StringComparison.Ordinal) == true);
        return (open.Length - tables, tables);
    }

    /// <summary>Asks it to end (SIGTERM).</summary>
    /// <returns>Its exit code, and how long it took.</returns>
    internal async Task<(int ExitCode, TimeSpan Time)> TerminateAsync()
    {
        var start = Stopwatch.GetTimestamp();
        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return (process.ExitCode, Stopwatch.GetElapsedTime(start));
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
        http.Dispose();
    }

    // name{labels} value [time]
    private static double Value(string line) => double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);

    private void Keep(string? line)
    {
        if (string.IsNullOrEmpty(line))
        {
            return;
        }

        LineCount++;
        lines.Enqueue(line);
        while (lines.Count > MostLines)
        {
            lines.TryDequeue(out _);
        }
    }
}
