using System.Diagnostics;
using System.Globalization;
using LiMaml.Models;

namespace LiMaml.Cli.Experiments;

/// <summary>Trains a planned run in a process of its own, the same program: libtorch has one random generator a process.</summary>
internal static class ChildRun
{
    // Ctrl-C reaches children, too, and they save their state. Whoever doesn't is ended: its last epoch is saved anyway.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Goes on with a run, or begins it.</summary>
    /// <param name="run">Its folder.</param>
    /// <param name="threads">Of the process.</param>
    /// <param name="onLine">Told each line that it prints.</param>
    /// <param name="cancellation">Ends the process; the run can be resumed.</param>
    /// <exception cref="InvalidInputException">The process refused; its message.</exception>
    public static async Task RunAsync(string run, int threads, Action<string> onLine, CancellationToken cancellation)
    {
        using var process = new Process { StartInfo = Start("train", "--resume", run, "--threads", threads.ToString(CultureInfo.InvariantCulture)) };
        process.OutputDataReceived += (_, line) =>
        {
            if (!string.IsNullOrWhiteSpace(line.Data))
            {
                onLine(line.Data.Trim());
            }
        };
        process.Start();
        process.BeginOutputReadLine();
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            await EndAsync(process);
            throw;
        }

        Check(process.ExitCode, run, await error);
    }

    private static void Check(int exitCode, string run, string error)
    {
        switch (exitCode)
        {
            case ExitCodes.Success:
                return;
            case ExitCodes.Interrupted:
                throw new OperationCanceledException($"{run} was interrupted");
            default:
                throw new InvalidInputException($"{run}: training ended with exit code {exitCode}: {error.Trim()}");
        }
    }

    private static async Task EndAsync(Process process)
    {
        using var patience = new CancellationTokenSource(Grace);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static ProcessStartInfo Start(params string[] arguments)
    {
        var program = Environment.ProcessPath!;
        var assembly = typeof(ChildRun).Assembly;
        var isOwn = Path.GetFileNameWithoutExtension(program) == assembly.GetName().Name;
        var host = Path.GetFileNameWithoutExtension(program) == "dotnet" ? program : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        return new ProcessStartInfo(isOwn ? program : host, isOwn ? arguments : [assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }
}
