using System.Globalization;
using LiMaml.Cli.Display;
using LiMaml.Training;

namespace LiMaml.Cli.Experiments;

/// <summary>Trains what an experiment has planned: runs that have ended are left alone, interrupted ones go on.</summary>
/// <param name="runs">Folders and names, in the order of training.</param>
/// <param name="parallel">Runs at a time; one is trained in this process, several in processes of their own.</param>
/// <param name="threads">Of each process.</param>
/// <param name="terminal">Told of each run that ends.</param>
internal sealed class RunQueue(IReadOnlyList<(string Folder, string Name)> runs, int parallel, int threads, Terminal terminal)
{
    private readonly Lock gate = new();
    private int done;

    /// <summary>Trains until nothing is left.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the same again goes on.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var left = runs.Where(run => TrainingRun.FindOutcome(run.Folder) is null).ToList();
        done = runs.Count - left.Count;
        if (done > 0)
        {
            terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done} of {runs.Count} runs have been trained before."));
        }

        await terminal.WithProgressAsync(async progress =>
        {
            await Parallel.ForEachAsync(
                left,
                new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation },
                async (run, stop) => await TrainAsync(run.Folder, run.Name, progress, stop));
            return left.Count;
        });
    }

    private async Task TrainAsync(string run, string name, IProgress<Progress> progress, CancellationToken cancellation)
    {
        void Show(string note) => progress.Report(new Progress("training", done, runs.Count, "runs") { Note = $"{name}: {note}" });
        if (parallel > 1)
        {
            await ChildRun.RunAsync(run, threads, Show, cancellation);
        }
        else
        {
            var relay = new Relay<TrainingProgress>(progress, at => new Progress("training", done, runs.Count, "runs") { Note = $"{name}: {Describe(at)}" });
            var outcome = await TrainingRun.ResumeAsync(run, relay, cancellation);
            cancellation.ThrowIfCancellationRequested();
            if (outcome.Interrupted)
            {
                throw new OperationCanceledException($"{run} was interrupted");
            }
        }

        Conclude(run, name);
    }

    private void Conclude(string run, string name)
    {
        lock (gate)
        {
            done++;
            var outcome = TrainingRun.FindOutcome(run)!;
            terminal.WriteLine($"  {done} of {runs.Count}: {name}, " + (double.IsNaN(outcome.BestValidationAuc)
                ? $"epochs: {outcome.Epochs}"
                : string.Create(CultureInfo.InvariantCulture, $"best epoch {outcome.BestEpoch} of {outcome.Epochs}, validation AUC after fine-tuning {outcome.BestValidationAuc:F4}")));
        }
    }

    private static string Describe(TrainingProgress at) => at.Message ?? string.Create(
        CultureInfo.InvariantCulture, $"epoch {at.Epoch}/{at.Epochs}, step {at.Step:N0} of {at.Steps:N0}, {at.RowsPerSecond:N0} rows/s, loss {at.Loss:F4}");
}
