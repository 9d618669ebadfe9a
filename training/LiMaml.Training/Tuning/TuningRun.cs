using System.Globalization;
using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Json;
using LiMaml.Training.Configurations;
using LiMaml.Training.Evaluation.Metrics;
using LiMaml.Training.Runs;

namespace LiMaml.Training.Tuning;

/// <summary>
/// Searches training configurations on development data: random draws, successive halving over epochs (a trial goes on from
/// rung to rung where it stood), a median rule, and several seeds for the best. Interrupted, it goes on to the same result.
/// </summary>
public sealed class TuningRun
{
    /// <summary>The winner's configuration, as <c>limaml train --config</c> takes it.</summary>
    public const string BestFile = "best.json";

    private readonly TuningOptions options;
    private readonly IProgress<TuningProgress>? progress;
    private readonly IReadOnlyList<TuningRung> rungs;
    private readonly IReadOnlyList<Trial> trials;
    private readonly TuningJournal journal;

    private TuningRun(TuningOptions options, IProgress<TuningProgress>? progress, IReadOnlyList<Trial> trials)
    {
        this.options = options;
        this.progress = progress;
        this.trials = trials;
        rungs = TuningSchedule.Rungs(options.Trials, trials[0].Configuration.Training.Epochs, options.Finalists);
        journal = new TuningJournal(Path.Combine(options.Folder, "trials.jsonl"));
    }

    private int Seed => options.Configuration.Training.Seed;

    /// <summary>Searches, or goes on with an interrupted search.</summary>
    /// <exception cref="InvalidInputException">Dataset, space or configuration are not what they must be, the folder holds another search, or every trial failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the same again goes on.</exception>
    public static async Task<TuningReport> RunAsync(TuningOptions options, IProgress<TuningProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var dataset = Dataset.Open(options.Dataset);
        var configuration = ConfigurationPatch.Explicit(options.Configuration, dataset.Schema);
        var trials = Enumerable.Range(1, options.Trials).Select(number => Draw(number, configuration, options)).ToList();
        trials.ForEach(trial => TrainingRun.Configure(dataset, options.Dataset, trial.Configuration)); // a bad space is refused before anything is trained
        TuningFolder.Open(options, configuration);
        return await new TuningRun(options, progress, trials).SearchAsync(cancellation).ConfigureAwait(false);
    }

    private async Task<TuningReport> SearchAsync(CancellationToken cancellation)
    {
        var survivors = trials;
        foreach (var rung in rungs)
        {
            survivors = rung.Index == 0 ? trials : Best(survivors, rung.Index - 1, rung.Trials);
            for (var index = 0; index < survivors.Count; index++)
            {
                await RungAsync(survivors[index], rung, index, survivors.Count, cancellation).ConfigureAwait(false);
            }
        }

        var finalists = new List<(Trial Trial, Summary Score)>();
        foreach (var trial in Best(survivors, rungs.Count - 1, options.Finalists))
        {
            if (await SeedsAsync(trial, finalists.Count, cancellation).ConfigureAwait(false) is { } score)
            {
                finalists.Add((trial, score));
            }
        }

        return Conclude([.. finalists.OrderByDescending(finalist => finalist.Score.Mean)]);
    }

    private TuningReport Conclude(List<(Trial Trial, Summary Score)> finalists)
    {
        if (finalists.Count == 0)
        {
            throw new InvalidInputException($"tuning, {options.Folder}", $"no trial of {trials.Count} with finite scores", "one at least: smaller learning rates or steps in the space");
        }

        var best = finalists[0].Trial.Configuration;
        ContractJson.Write(Path.Combine(options.Folder, BestFile), best);
        return new TuningReport(options.Dataset, options.Seed, rungs, finalists.ConvertAll(finalist => new Finalist(finalist.Trial.Number, finalist.Score)), best, journal.Entries);
    }

    /// <summary>The best of those that came through a rung, the best first.</summary>
    private List<Trial> Best(IReadOnlyList<Trial> among, int rung, int count) =>
    [
        .. among.Select(trial => (trial, Entry: journal.Find(trial.Number, rung, Seed)!))
            .Where(entry => entry.Entry.End is TrialEnd.Paused or TrialEnd.Finished)
            .OrderByDescending(entry => entry.Entry.Score).ThenBy(entry => entry.trial.Number).Take(count).Select(entry => entry.trial),
    ];

    private async Task RungAsync(Trial trial, TuningRung rung, int index, int count, CancellationToken cancellation)
    {
        if (journal.Find(trial.Number, rung.Index, Seed) is not null)
        {
            return;
        }

        var others = journal.Entries.Select(entry => entry.Trial).Distinct().Where(number => number != trial.Number);
        var curves = others.Select(number => TrainingRun.ReadMetrics(Folder(number, Seed))).ToList();
        bool Stops(TrainingOutcome at) => MedianRule.Stops(at.BestValidationAuc, at.Epochs, curves);
        var stage = string.Create(CultureInfo.InvariantCulture, $"rung {rung.Index + 1} of {rungs.Count}");
        var isLast = rung.Index == rungs.Count - 1;
        await TrainAsync(trial, Seed, rung.Index, at => (!isLast && at.Epochs >= rung.Epochs) || Stops(at), new TuningProgress(stage, index, count, null), Stops, cancellation).ConfigureAwait(false);
    }

    /// <summary>A finalist over its seeds; null where one of them failed.</summary>
    private async Task<Summary?> SeedsAsync(Trial trial, int index, CancellationToken cancellation)
    {
        var scores = new List<double> { journal.Find(trial.Number, rungs.Count - 1, Seed)!.Score!.Value };
        for (var seed = Seed + 1; seed < Seed + options.FinalistSeeds; seed++)
        {
            var entry = journal.Find(trial.Number, rungs.Count, seed)
                ?? await TrainAsync(trial, seed, rungs.Count, null, new TuningProgress("seeds of finalists", index, options.Finalists, null), _ => false, cancellation).ConfigureAwait(false);
            if (entry.Score is not { } score)
            {
                return null;
            }

            scores.Add(score);
        }

        return Summary.Of(scores);
    }

    private async Task<TrialEntry> TrainAsync(Trial trial, int seed, int rung, Func<TrainingOutcome, bool>? pause, TuningProgress at, Func<TrainingOutcome, bool> stops, CancellationToken cancellation)
    {
        var entry = new TrialEntry(trial.Number, rung, seed, 0, null, TrialEnd.Failed, trial.Patch.ToJson());
        try
        {
            var relay = progress is null ? null : new Relay(progress, at, trial.Number);
            var outcome = await TrainingRun.AdvanceAsync(Plan(trial, seed), relay, pause, cancellation).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            var end = !outcome.Interrupted ? TrialEnd.Finished : stops(outcome) ? TrialEnd.Median : TrialEnd.Paused;
            // Below the last rung, trials that ended early have had their fine-tuning steps chosen, the others have not: compare what both have.
            var score = rung >= rungs.Count - 1 ? outcome.BestValidationAuc : TrainingRun.ReadMetrics(Folder(trial.Number, seed)).Max(epoch => epoch.ValidationAuc!.Value);
            entry = entry with { Epochs = outcome.Epochs, Score = score, End = end };
        }
        catch (InvalidInputException fault)
        {
            entry = entry with { Message = fault.Message };
        }

        return journal.Append(entry);
    }

    private string Plan(Trial trial, int seed)
    {
        var folder = Folder(trial.Number, seed);
        if (!RunFolder.Is(folder))
        {
            var configuration = trial.Configuration with { Training = trial.Configuration.Training with { Seed = seed } };
            RunFolder.Write(folder, TrainingRun.Configure(Dataset.Open(options.Dataset), options.Dataset, configuration), overwrite: false);
        }

        return folder;
    }

    private string Folder(int trial, int seed) => Path.Combine(options.Folder, "trials", string.Create(CultureInfo.InvariantCulture, $"trial-{trial:D3}"), RunPlan.NameOf(seed));

    private static Trial Draw(int number, TrainingConfiguration configuration, TuningOptions options)
    {
        var patch = options.Space.Draw(options.Seed, number);
        return new Trial(number, patch, patch.Apply(configuration, string.Create(CultureInfo.InvariantCulture, $"tuning, trial {number}")));
    }

    /// <summary>A configuration that is tried.</summary>
    private sealed record Trial(int Number, ConfigurationPatch Patch, TrainingConfiguration Configuration);

    private sealed class Relay(IProgress<TuningProgress> progress, TuningProgress at, int trial) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) =>
            progress.Report(at with { Note = string.Create(CultureInfo.InvariantCulture, $"trial {trial}, epoch {value.Epoch}, loss {value.Loss:F4}") });
    }
}
