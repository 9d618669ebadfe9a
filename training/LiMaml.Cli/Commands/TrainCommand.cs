using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using LiMaml.Cli.Arguments;
using LiMaml.Cli.Display;
using LiMaml.Models.Specs;
using LiMaml.Training;
using TorchSharp;

namespace LiMaml.Cli.Commands;

/// <summary><c>limaml train</c>: dataset in, checkpoint out.</summary>
internal static class TrainCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var dataset = Common.Dataset();
        dataset.Required = false;
        var output = Common.Out("Folder for the run: configuration, metrics, TensorBoard events, the best checkpoint. Several seeds get a folder each in it, seed-1, seed-2 …");
        output.Required = false;
        var resume = new Option<string?>("--resume") { Description = "Go on with an interrupted run, or with those of several seeds; the result is the one they would have had. Takes no other option but --threads.", HelpName = "folder" };
        var refit = new Option<string?>("--refit") { Description = "Train the model of a run that has ended, or those of several seeds, anew on training and validation rows together: as many epochs as its best, its fine-tuning steps. Takes no other option but --out, --overwrite and --threads.", HelpName = "folder" };
        var overwrite = Common.Overwrite();
        var threads = Common.Threads();
        var settings = new TrainArguments();
        var command = new Command("train", "Meta-train a model (or a vanilla one to compare with) on a prepared dataset. Ctrl-C saves the state; --resume goes on.")
        {
            dataset, output, overwrite, resume, refit, threads,
        };
        settings.All.ToList().ForEach(command.Add);
        command.Validators.Add(result => Check(result, dataset, output, resume, refit, overwrite, settings.All));
        command.SetAction(async (result, cancellation) =>
        {
            UseThreads(result.GetValue(threads) ?? 0);
            if (result.GetValue(resume) is { } begun)
            {
                return await ResumeAsync(begun, TrainingRuns.Find(begun), terminal, cancellation);
            }

            var (data, folder, replace) = (result.GetValue(dataset)!, result.GetValue(output)!, result.GetValue(overwrite));
            if (result.GetValue(refit) is { } chosen)
            {
                return await ResumeAsync(folder, TrainingRuns.PlanRefits(chosen, folder, replace), terminal, cancellation);
            }

            return settings.Read(result) switch
            {
                [var only] => Conclude(folder, await StartAsync(data, only, folder, replace, terminal, cancellation), terminal),
                var several => await ResumeAsync(folder, TrainingRuns.Plan(data, several, folder, replace), terminal, cancellation),
            };
        });
        return command;
    }

    /// <summary>Lets TorchSharp use so many threads; 0 leaves its own choice, one for each processor.</summary>
    internal static void UseThreads(int count)
    {
        if (count > 0)
        {
            torch.set_num_threads(count);
        }
    }

    /// <summary>Starts a run.</summary>
    internal static Task<TrainingOutcome> StartAsync(string dataset, TrainingConfiguration configuration, string folder, bool overwrite, Terminal terminal, CancellationToken cancellation) =>
        RunAsync(folder, NameOf(configuration.Algorithm), progress => TrainingRun.StartAsync(dataset, configuration, folder, overwrite, progress, cancellation), terminal, cancellation);

    // Runs that ended are left alone, the others go on or begin.
    private static async Task<int> ResumeAsync(string folder, IReadOnlyList<string> runs, Terminal terminal, CancellationToken cancellation)
    {
        var left = runs.Where(run => !SayIfComplete(run, terminal)).ToList();
        if (left.Count == 0)
        {
            terminal.WriteLine("Nothing was left to train.");
        }

        foreach (var run in left)
        {
            var name = runs.Count == 1 ? "" : Path.GetFileName(run) + " ";
            var outcome = await RunAsync(run, name, progress => TrainingRun.ResumeAsync(run, progress, cancellation), terminal, cancellation);
            if (Conclude(folder, outcome, terminal) is not ExitCodes.Success and var code)
            {
                return code;
            }
        }

        return ExitCodes.Success;
    }

    private static bool SayIfComplete(string run, Terminal terminal)
    {
        if (TrainingRun.FindOutcome(run) is not { } complete)
        {
            return false;
        }

        terminal.WriteLine($"{run} is complete.");
        return Conclude(run, complete, terminal) is ExitCodes.Success;
    }

    private static async Task<TrainingOutcome> RunAsync(string folder, string name, Func<IProgress<TrainingProgress>, Task<TrainingOutcome>> run, Terminal terminal, CancellationToken cancellation)
    {
        try
        {
            return await terminal.WithProgressAsync(progress => run(Show(name, progress, terminal)));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested && File.Exists(Path.Combine(folder, "configuration.json")))
        {
            return new TrainingOutcome(Path.Combine(folder, "checkpoint"), 0, 0, 0, Interrupted: true); // before the first step
        }
    }

    private static string NameOf(TrainingAlgorithm algorithm) => algorithm switch
    {
        TrainingAlgorithm.Vanilla => "vanilla ",
        TrainingAlgorithm.Maml => "MAML ",
        TrainingAlgorithm.WideAndDeep => "wide-and-deep ",
        _ => "LiMAML ",
    };

    // A line for each epoch stays; the steps in between only move the bar.
    private static Relay<TrainingProgress> Show(string name, IProgress<Progress> progress, Terminal terminal) => new(progress, at =>
    {
        if (at.ValidationAuc is { } auc)
        {
            terminal.WriteLine(double.IsNaN(auc)
                ? string.Create(CultureInfo.InvariantCulture, $"  {name}epoch {at.Epoch} of {at.Epochs}: loss {at.Loss:F4}")
                : string.Create(CultureInfo.InvariantCulture, $"  {name}epoch {at.Epoch} of at most {at.Epochs}: loss {at.Loss:F4}, validation AUC {auc:F4}"));
            return null;
        }

        return at.Message is { } message
            ? new Progress(message)
            : new Progress($"{name}epoch {at.Epoch}/{at.Epochs}", at.Step, at.Steps, "steps") { Remaining = at.Remaining, Note = string.Create(CultureInfo.InvariantCulture, $"{at.RowsPerSecond:N0} rows/s, loss {at.Loss:F4}") };
    });

    private static int Conclude(string folder, TrainingOutcome outcome, Terminal terminal)
    {
        if (outcome.Interrupted)
        {
            terminal.Fault($"interrupted; the state is saved. Go on with: limaml train --resume {folder}");
            return ExitCodes.Interrupted;
        }

        terminal.WriteLine(double.IsNaN(outcome.BestValidationAuc)
            ? $"Refitted on training and validation rows; epochs: {outcome.Epochs}."
            : string.Create(CultureInfo.InvariantCulture, $"Best epoch {outcome.BestEpoch} of {outcome.Epochs}: validation AUC after fine-tuning {outcome.BestValidationAuc:F4}."));
        terminal.WriteLine($"Checkpoint: {outcome.CheckpointFolder}");
        return ExitCodes.Success;
    }

    private static void Check(CommandResult result, Option<string> dataset, Option<string> output, Option<string?> resume, Option<string?> refit, Option<bool> overwrite, IReadOnlyList<Option> settings)
    {
        bool Given(Option option) => result.GetResult(option) is { Implicit: false };
        IReadOnlyList<Option> required = Given(resume) ? [] : Given(refit) ? [output] : [dataset, output];
        IReadOnlyList<Option> refused = Given(resume) ? [dataset, output, overwrite, refit, .. settings] : Given(refit) ? [dataset, .. settings] : [];
        foreach (var missing in required.Where(option => !Given(option)))
        {
            result.AddError($"Option '{missing.Name}' is required.");
        }

        if (refused.FirstOrDefault(Given) is { } stray)
        {
            result.AddError($"{stray.Name}: expected no other option with {(Given(resume) ? resume.Name : refit.Name)}; the run's configuration.json has them all.");
        }
    }
}
