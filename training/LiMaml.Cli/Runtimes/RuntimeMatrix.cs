using System.Globalization;
using LiMaml.Cli.Display;

namespace LiMaml.Cli.Runtimes;

/// <summary>Graphs of packages by runtimes: how far each is from what training computed.</summary>
/// <param name="packages">Folders of the packages.</param>
/// <param name="runtimes">Names of the runtimes.</param>
/// <param name="reports">For each runtime, a report for each package.</param>
internal sealed class RuntimeMatrix(IReadOnlyList<string> packages, IReadOnlyList<string> runtimes, IReadOnlyList<IReadOnlyList<RuntimeReport>> reports)
{
    private const string Unserved = "-";

    /// <summary>Whether every runtime serves some graph of every package, and all that it serves as recorded.</summary>
    public bool Passed => reports.All(runtime => runtime.All(report => report.Passed));

    /// <summary>A line for each graph with the largest relative error on each runtime, then what is wrong.</summary>
    public void Show(Terminal terminal)
    {
        terminal.Write(Table());
        foreach (var (name, runtime) in runtimes.Zip(reports))
        {
            var faults = runtime.SelectMany(Faults).ToList();
            terminal.WriteLine($"{name} ({runtime[0].Runtime}): {(faults.Count == 0 ? "computes what was trained." : "does NOT compute what was trained:")}");
            faults.ForEach(fault => terminal.WriteLine($"  {fault}"));
        }
    }

    private TextTable Table()
    {
        string[] packageColumn = packages.Count > 1 ? ["package"] : [];
        var table = new TextTable([.. packageColumn, "graph", .. runtimes]);
        for (var package = 0; package < packages.Count; package++)
        {
            for (var graph = 0; graph < reports[0][package].Graphs.Count; graph++)
            {
                table.Add([
                    .. packageColumn.Select(_ => Name(packages[package])),
                    reports[0][package].Graphs[graph].Graph,
                    .. reports.Select(runtime => Cell(runtime[package].Graphs[graph])),
                ]);
            }
        }

        return table;
    }

    private static string Cell(GraphReport graph) => graph switch
    {
        { Unserved: not null } => Unserved,
        { Worst: null } => "FAILED",
        _ => $"{(graph.Passed ? "" : "FAILED ")}{Text(graph.Worst.LargestError)}",
    };

    private IEnumerable<string> Faults(RuntimeReport report)
    {
        string Where(string graph) => packages.Count > 1 ? $"{Name(report.Package)}: graph '{graph}'" : $"graph '{graph}'";
        if (report.Graphs.All(graph => graph.Unserved is not null))
        {
            yield return $"{Where(report.Graphs[0].Graph)} and all others: {report.Graphs[0].Unserved}";
        }

        foreach (var graph in report.Graphs.Where(graph => graph.Unserved is null))
        {
            if (graph.Fault is not null)
            {
                yield return $"{Where(graph.Graph)}: {graph.Fault.ReplaceLineEndings(" ")}";
            }

            foreach (var output in graph.Outputs.Where(output => !output.Passed))
            {
                yield return $"{Where(graph.Graph)}, output '{output.Output}': {Text(output.LargestError)} in case '{output.WorstCase}', allowed {Text(output.Tolerance)}";
            }
        }
    }

    private static string Name(string package) => Path.GetFileName(Path.TrimEndingDirectorySeparator(package));

    private static string Text(double error) => error.ToString("0.0e+00", CultureInfo.InvariantCulture);
}
