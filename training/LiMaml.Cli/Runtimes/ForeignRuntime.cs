using System.Text;
using LiMaml.Models;
using LiMaml.Models.Json;
using LiMaml.Models.Packages;
using LiMaml.Runtime.Verification;

namespace LiMaml.Cli.Runtimes;

/// <summary>A runtime that shares no code with LiMaml's own path: a script beside this program replays the cases on it.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="Program">What runs the script; found on the PATH.</param>
/// <param name="Script">Path within the folder of scripts.</param>
/// <param name="LeastTolerance">What this runtime's arithmetic needs, whatever a manifest states.</param>
/// <param name="Needs">What the script needs.</param>
/// <param name="Install">How to install that, given the folder of the script.</param>
internal sealed record ForeignRuntime(string Name, string Program, string Script, double LeastTolerance, string Needs, Func<string, string> Install) : IVerifyingRuntime
{
    // The scripts' exit code for a module that their program does not have, and a version manager's for a program that is not installed.
    private static readonly int[] Absent = [3, 127];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ForeignRuntime> All { get; } =
    [
        new("onnxruntime-web", "node", "web/onnxruntime_web.js", 1e-4, "Node 20 and onnxruntime-web", folder => $"npm ci --prefix {folder} (or set NODE_PATH to a node_modules that has it)"),
        new("opencv", "python3", "opencv.py", 1e-5, "Python 3 with numpy and cv2", _ => "on Debian: apt-get install python3-opencv"),
        new("onnx-checker", "python3", "onnx_check.py", 1e-5, "Python 3 with numpy and onnx", _ => "on Debian: apt-get install python3-onnx"),
    ];

    /// <summary>Where programs are looked for.</summary>
    public string SearchPath { get; init; } = Environment.GetEnvironmentVariable("PATH") ?? "";

    private string ScriptPath => Path.Combine(AppContext.BaseDirectory, "conformance", Script);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RuntimeReport>> VerifyAsync(IReadOnlyList<string> packages, double? tolerance, CancellationToken cancellation)
    {
        var opened = packages.Select(ModelPackage.Open).ToList();
        var findings = await FindAsync(packages, cancellation);
        return [.. opened.Zip(findings, (package, found) => Judge(package.Manifest, found, tolerance))];
    }

    private async Task<IReadOnlyList<RuntimeFindings>> FindAsync(IReadOnlyList<string> packages, CancellationToken cancellation)
    {
        // One machine may have several Pythons, of which the first need not be the one with the modules.
        foreach (var program in ChildProgram.OnPath(Program, SearchPath))
        {
            var run = await ChildProgram.RunAsync(program, [ScriptPath, .. packages], cancellation);
            if (!Absent.Contains(run.ExitCode))
            {
                return Read(run, packages.Count);
            }
        }

        throw new InvalidInputException($"--runtime {Name}: no '{Program}' on the PATH has what it needs: {Needs}. To install: {Install(Path.GetDirectoryName(ScriptPath)!)}.");
    }

    private RuntimeFindings[] Read(ChildProgram run, int count)
    {
        var lines = run.Output.Split('\n').Where(line => line.StartsWith('{')).ToList();
        return run.ExitCode == 0 && lines.Count == count
            ? [.. lines.Select(line => ContractJson.Parse<RuntimeFindings>(Encoding.UTF8.GetBytes(line), $"{Name}: what {Script} printed"))]
            : throw new InvalidInputException(
                $"--runtime {Name}: {Script}", $"exit code {run.ExitCode} after {lines.Count} packages ({run.Error.Trim()})", $"exit code 0 and a line for each of {count} packages");
    }

    private RuntimeReport Judge(Manifest manifest, RuntimeFindings found, double? tolerance) =>
        new(found.Runtime, found.Package, [.. manifest.Graphs.Select(graph => Judge(graph, found.Graphs.SingleOrDefault(of => of.Graph == graph.Name), tolerance))]);

    private GraphReport Judge(PackageGraph graph, GraphFindings? found, double? tolerance) =>
        found is { Outputs: { } outputs }
            ? new GraphReport(graph.Name, [.. graph.Outputs.Select(output => Judge(graph, output, outputs.SingleOrDefault(of => of.Output == output.Name), tolerance))])
            : new GraphReport(graph.Name, [], found?.Unserved is null ? found?.Fault ?? "it was not run" : null, found?.Unserved);

    private OutputVerification Judge(PackageGraph graph, GraphOutput output, OutputFindings? found, double? tolerance) => new(
        graph.Name,
        output.Name,
        found?.CaseCount ?? 0,
        found is null ? 0 : found.LargestError ?? double.PositiveInfinity,
        found?.WorstCase ?? "",
        tolerance ?? Math.Max(output.Tolerance, LeastTolerance));
}
