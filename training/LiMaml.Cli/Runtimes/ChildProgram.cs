using System.Diagnostics;

namespace LiMaml.Cli.Runtimes;

/// <summary>A program of somebody else's, run to its end.</summary>
internal sealed record ChildProgram(int ExitCode, string Output, string Error)
{
    /// <summary>Every file of that name in the folders of <paramref name="searchPath"/>, in order.</summary>
    public static IEnumerable<string> OnPath(string program, string searchPath) =>
        from folder in searchPath.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        let path = Path.Combine(folder, OperatingSystem.IsWindows() ? $"{program}.exe" : program)
        where File.Exists(path)
        select path;

    /// <summary>Runs it; cancelling ends it.</summary>
    public static async Task<ChildProgram> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1"; // this program's folder may be read-only, and is not theirs
        using var process = Process.Start(start)!;
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
            await process.WaitForExitAsync(cancellation);
            return new ChildProgram(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
    }
}
