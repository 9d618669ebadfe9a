using LiMaml.Cli.Display;
using LiMaml.Models.Datasets;
using LiMaml.Models.Packages;
using LiMaml.Runtime.Batches;

namespace LiMaml.Cli.Commands;

/// <summary>A model package at work on the rows of a dataset, with progress: what embed and score have in common.</summary>
internal static class PackageRun
{
    /// <summary>Opens both and does the work.</summary>
    /// <param name="package">Folder of the package.</param>
    /// <param name="dataset">Folder of the dataset.</param>
    /// <param name="doing">What the progress says, e.g. <c>scoring</c>.</param>
    /// <param name="work">Off this thread.</param>
    /// <param name="terminal">Shows the progress.</param>
    /// <param name="cancellation">Of what has not begun; the work watches its own.</param>
    public static Task<TReport> RunAsync<TReport>(
        string package, string dataset, string doing, Func<ModelPackage, Dataset, IProgress<RowProgress>, Task<TReport>> work, Terminal terminal, CancellationToken cancellation) =>
        terminal.WithProgressAsync(progress => Task.Run(
            () => work(
                ModelPackage.Open(package),
                Dataset.Open(dataset),
                new Relay<RowProgress>(progress, at => new Progress(doing, at.RowsDone, at.RowCount) { Rate = at.RowsPerSecond, Remaining = at.Remaining })),
            cancellation));
}
