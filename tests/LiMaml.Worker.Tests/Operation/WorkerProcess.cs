using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace LiMaml.Worker.Tests.Operation;

/// <summary>A worker in a process of its own, to be killed.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process process;
    private readonly string stateFolder;
    private readonly ConcurrentQueue<string> lines = new();

    public WorkerProcess(string stateFolder, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        this.stateFolder = stateFolder;
        var program = Path.Combine(AppContext.BaseDirectory, "limaml-worker.dll");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { program, "run" }.Concat(settings.SelectMany(setting => new[] { "--set", $"{setting.Key}={setting.Value}" })))
        {
            start.ArgumentList.Add(argument);
        }

        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it said last.</summary>
    public string Output => string.Join("\n", lines);

    public bool HasExited => process.HasExited;

    /// <summary>Where it answers; null before it does.</summary>
    public Uri? Address
    {
        get
        {
            var path = Path.Combine(stateFolder, "worker.address");
            return File.Exists(path) && Uri.TryCreate(File.ReadAllText(path).Trim(), UriKind.Absolute, out var address) ? address : null;
        }
    }

    /// <summary>The next offset of each partition of one topic or of the only one, as its metrics say; empty where it does not answer.</summary>
    public async Task<IReadOnlyDictionary<int, long>> NextOffsetsAsync(HttpClient http, string? topic = null)
    {
        try
        {
            var metrics = Address is { } address ? await http.GetStringAsync(new Uri(address, "/metrics")) : "";
            return metrics.Split('\n')
                .Where(line => line.StartsWith("limaml_consumer_next_offset{", StringComparison.Ordinal))
                .Where(line => topic is null || line.Contains($"messaging_destination_name=\"{topic}\"", StringComparison.Ordinal))
                .ToDictionary(PartitionOf, line => (long)double.Parse(line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture));
        }
        catch (HttpRequestException)
        {
            return new Dictionary<int, long>();
        }
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>SIGTERM; its exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return process.ExitCode;
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            Kill();
        }

        process.Dispose();
    }

    private static int PartitionOf(string line)
    {
        const string Label = "messaging_destination_partition_id=\"";
        var start = line.IndexOf(Label, StringComparison.Ordinal) + Label.Length;
        return int.Parse(line.AsSpan(start, line.IndexOf('"', start) - start), CultureInfo.InvariantCulture);
    }

    private void Keep(string? line)
    {
        lines.Enqueue(line ?? "");
        while (lines.Count > 200)
        {
            lines.TryDequeue(out _);
        }
    }
}
