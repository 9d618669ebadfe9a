using System.Diagnostics;
using System.Text.Json.Nodes;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Datasets;
using LiMaml.Models.Network;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using LiMaml.Training.Evaluation;
using LiMaml.Training.Runs;
using LiMaml.Training.Tensors;
using static TorchSharp.torch;

namespace LiMaml.Training.Outer;

/// <summary>The outer loop (Algorithm 2a) over epochs, with early stopping on validation AUC after fine-tuning.</summary>
internal sealed class Trainer : IDisposable
{
    private const int StepsBetweenReports = 10;
    private readonly RunFolder folder;
    private readonly DatasetSchema schema;
    private readonly IReadOnlyList<JointData> replicated;
    private readonly TaskData data;
    private readonly IProgress<TrainingProgress>? progress;
    private readonly ModelSpec model;
    private readonly TrainingOptions options;
    private readonly Refit? refit; // null where validation rows are watched
    private readonly Replicas replicas;
    private readonly ModelParameters parameters;
    private readonly Network<Tensor> network;
    private readonly EpisodeSampler sampler;
    private readonly JointSampler? joint; // of several task definitions
    private readonly JointValidation? jointValidation;
    private readonly IReadOnlyList<Episode> validation;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly Stopwatch stepClock = new(); // runs during outer steps only
    private long rowsDone;
    private long stepsDone;

    /// <param name="folder">The run.</param>
    /// <param name="schema">Of the dataset.</param>
    /// <param name="data">The dataset on the device of each replica, at least one.</param>
    /// <param name="progress">Told how far it is.</param>
    public Trainer(RunFolder folder, DatasetSchema schema, IReadOnlyList<JointData> data, IProgress<TrainingProgress>? progress)
    {
        this.folder = folder;
        this.schema = schema;
        replicated = data;
        this.data = data[0].Definitions[0];
        this.progress = progress;
        model = folder.Configuration.Model;
        options = folder.Configuration.Training;
        refit = folder.Configuration.Refit;
        replicas = new Replicas(model, schema, options, data, Loss);
        parameters = replicas.Main.Parameters;
        network = replicas.Main.Network;
        sampler = new EpisodeSampler(this.data, options.Episodes, model.InnerLoop.For(model.MetaBlocks[0]).SupportCapacity, options.QueryCapacity, options.TasksPerBatch);
        validation = refit is null ? ValidationEpisodes() : [];
        if (model.MetaBlocks.Count > 1)
        {
            joint = new JointSampler(data[0], model, options.TasksPerBatch);
            jointValidation = refit is null ? new JointValidation(data[0], model, validation) : null;
        }
    }

    /// <summary>Runs until early stopping, the last epoch, an epoch after which <paramref name="pause"/> holds, or cancellation, which saves the state first.</summary>
    public TrainingOutcome Run(Func<TrainingOutcome, bool>? pause, CancellationToken cancellation)
    {
        var stepsAnEpoch = joint?.Epoch(options.Seed, 0).Batches.Count ?? sampler.Epoch(options.Seed, 0).Count;
        using var optimizer = new OuterOptimizer(parameters, options, (long)options.Epochs * stepsAnEpoch);
        var state = folder.ReadState() ?? new RunState();
        if (state.Step > 0)
        {
            folder.LoadState(parameters, optimizer);
        }

        folder.TruncateMetrics(state.Epoch);
        try
        {
            while (!state.Finished && !(state.Epoch > 0 && state.StepInEpoch == 0 && pause?.Invoke(Outcome(state)) == true))
            {
                state = Epoch(state, optimizer, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Saved already, where the step was interrupted.
        }

        return Outcome(state);
    }

    public void Dispose() => replicas.Dispose();

    private TrainingOutcome Outcome(RunState state) => new(folder.CheckpointFolder, state.BestEpoch, state.Score, state.Epoch, Interrupted: !state.Finished);

    private RunState Epoch(RunState state, OuterOptimizer optimizer, CancellationToken cancellation)
    {
        var batches = Begin(state.Epoch, cancellation);
        var (stepsBefore, secondsBefore) = (stepsDone, stepClock.Elapsed.TotalSeconds);
        while (state.StepInEpoch < batches.Count)
        {
            if (cancellation.IsCancellationRequested)
            {
                Save(state, optimizer);
                cancellation.ThrowIfCancellationRequested();
            }

            stepClock.Start();
            var loss = Step(batches[state.StepInEpoch], state, optimizer);
            stepClock.Stop();
            state = state with { Step = state.Step + 1, StepInEpoch = state.StepInEpoch + 1, LossSum = state.LossSum + loss };
            Report(state, batches.Count, null);
            if (state.Step % options.StateSteps == 0)
            {
                Save(state, optimizer);
            }
        }

        var seconds = (stepClock.Elapsed.TotalSeconds - secondsBefore) * batches.Count / Math.Max(1, stepsDone - stepsBefore);
        return EndEpoch(state, batches.Count, seconds, optimizer, cancellation);
    }

    /// <summary>The batches of an epoch; of several definitions, what all tasks have seen by then is made known first.</summary>
    private IReadOnlyList<OuterBatch> Begin(int epoch, CancellationToken cancellation)
    {
        if (joint is null)
        {
            return [.. sampler.Epoch(options.Seed, epoch).Select(episodes => new OuterBatch(0, episodes))];
        }

        var drawn = joint.Epoch(options.Seed, epoch);
        var tables = new JointRefresh(network, Validating(), model.Rounds ?? ModelSpec.DefaultRounds).Run(replicated[0], drawn.Supports, cancellation);
        foreach (var (table, index) in tables.Select((table, index) => (table, index)))
        {
            foreach (var copy in replicated.Skip(1).Distinct())
            {
                using var there = table.to(copy.Definitions[0].Labels.device);
                copy.SetEmbeddings(model.MetaBlocks[index].Task, there);
            }

            table.Dispose();
        }

        return drawn.Batches;
    }

    /// <summary>Within an epoch over several definitions nothing is saved: their embeddings are those of its beginning, where going on begins.</summary>
    private void Save(RunState state, OuterOptimizer optimizer)
    {
        if (joint is null)
        {
            folder.SaveState(state, parameters, optimizer);
        }
    }

    private double Step(OuterBatch batch, RunState state, OuterOptimizer optimizer)
    {
        using var scope = NewDisposeScope();
        manual_seed(unchecked((options.Seed * 1_000_003L) + state.Step)); // dropout is a function of the step, so resuming repeats it
        var value = replicas.Backward(batch);
        optimizer.Step(state.Step);
        rowsDone += batch.Episodes.Sum(episode => episode.Support.Length + episode.Query.Length);
        stepsDone++;
        return double.IsFinite(value)
            ? value
            : throw new Models.InvalidInputException($"training, outer step {state.Step}", $"a loss of {value}", "a finite loss: a smaller learning rate or inner step size");
    }

    private (Tensor Loss, Tensor Weight) Loss(OuterObjective objective, TaskData data, IReadOnlyList<Episode> episodes)
    {
        if (!model.Algorithm.HasInnerLoop && joint is null && !model.MetaBlocks[0].ReadsSupport)
        {
            var rows = EpisodeBatch.GatherRows(data, episodes, wholeTasks: options.Episodes is EpisodeKind.FixedCut);
            return (objective.VanillaLoss(rows), rows.Weights.sum());
        }

        var batch = EpisodeBatch.Gather(data, episodes, supportWeight: model.InnerLoop.For(model.MetaBlock(data.Task)).Decay);
        return (objective.Loss(batch), batch.Query.Weights.sum());
    }

    private RunState EndEpoch(RunState state, int steps, double trainingSeconds, OuterOptimizer optimizer, CancellationToken cancellation)
    {
        if (refit is not null)
        {
            return EndRefitEpoch(state, steps, trainingSeconds, optimizer);
        }

        var auc = jointValidation?.Score(network, Validating(), model.Rounds ?? ModelSpec.DefaultRounds, cancellation)
            ?? ValidationScore.Of(network, data, validation, Validating(), cancellation);
        var epoch = state.Epoch + 1;
        if (auc > state.BestAuc)
        {
            state = state with { BestEpoch = epoch, BestAuc = auc };
            WriteCheckpoint(model, state, epoch);
        }

        folder.Append(new EpochMetrics(epoch, state.Step, state.LossSum / steps, auc, optimizer.LearningRate(state.Step), clock.Elapsed.TotalSeconds, trainingSeconds));
        Report(state, steps, auc);
        var finished = epoch >= options.Epochs || epoch - state.BestEpoch >= options.Patience;
        if (finished && state.BestEpoch == 0)
        {
            throw new Models.InvalidInputException("training, validation after fine-tuning", $"no finite scores in {epoch} epochs", "finite scores: a smaller innerLoop.stepSize or fewer innerLoop.steps");
        }

        if (finished)
        {
            state = ChooseFineTuning(state, cancellation);
        }

        return Saved(state with { Epoch = epoch, StepInEpoch = 0, LossSum = 0, Finished = finished }, optimizer);
    }

    /// <summary>Of a refit, which trains as long as it was told: the last epoch is the one that counts.</summary>
    private RunState EndRefitEpoch(RunState state, int steps, double trainingSeconds, OuterOptimizer optimizer)
    {
        var epoch = state.Epoch + 1;
        folder.Append(new EpochMetrics(epoch, state.Step, state.LossSum / steps, null, optimizer.LearningRate(state.Step), clock.Elapsed.TotalSeconds, trainingSeconds));
        Report(state, steps, double.NaN);
        var finished = epoch >= refit!.Epochs;
        if (finished)
        {
            WriteCheckpoint(model with { Rounds = refit.Rounds }, state, epoch);
        }

        return Saved(state with { Epoch = epoch, StepInEpoch = 0, LossSum = 0, BestEpoch = epoch, Finished = finished }, optimizer);
    }

    private RunState Saved(RunState state, OuterOptimizer optimizer)
    {
        folder.SaveState(state, parameters, optimizer);
        return state;
    }

    /// <summary>Models trained without an inner loop are watched as they are; the others after the one they were trained with.</summary>
    private InnerLoopSpec Validating() => model.Algorithm.HasInnerLoop ? model.InnerLoop : model.InnerLoop with { Steps = 0 };

    /// <summary>Chooses k and α of Algorithm 2b for the best epoch's weights and writes them into its checkpoint.</summary>
    private RunState ChooseFineTuning(RunState state, CancellationToken cancellation)
    {
        progress?.Report(new TrainingProgress(state.Epoch + 1, options.Epochs, 0, 0, 0, 0, TimeSpan.Zero, null, "choosing the fine-tuning steps on validation rows"));
        var last = parameters.ToNamedTensors();
        var best = Checkpoint.Read(folder.CheckpointFolder);
        parameters.Load(best.Weights);
        var (fineTuning, rounds, score) = Choose(cancellation);
        WriteCheckpoint(model with { FineTuning = fineTuning, Rounds = rounds }, state with { BestAuc = score }, state.BestEpoch);
        parameters.Load(last); // the state goes on from where training stood
        return state with { BestAuc = Math.Max(score, state.BestAuc) };
    }

    private (InnerLoopSpec Spec, int? Rounds, double Score) Choose(CancellationToken cancellation)
    {
        if (jointValidation is not null)
        {
            return jointValidation.Choose(network, model.InnerLoop, cancellation);
        }

        var (spec, score) = FineTuningSearch.Choose(network, data, validation, FineTunings(), cancellation);
        return (spec, null, score);
    }

    /// <summary>Models trained without an inner loop are fine-tuned whole (paper §6.2.1) or like LiMAML, whichever validation rows prefer: the stronger rival.</summary>
    private IReadOnlyList<InnerLoopSpec> FineTunings() =>
        model.Algorithm.HasInnerLoop || model.InnerLoop.Adapts is AdaptedWeights.Network
            ? [model.InnerLoop]
            : [model.InnerLoop, model.InnerLoop.OfNetwork()];

    private void WriteCheckpoint(ModelSpec spec, RunState state, int epoch)
    {
        var provenance = new JsonObject
        {
            ["dataset"] = schema.Name,
            ["epoch"] = epoch,
            ["seed"] = options.Seed,
        };
        if (refit is null)
        {
            provenance["validationAuc"] = state.BestAuc;
        }
        else
        {
            provenance["rows"] = "train and validation";
        }

        new Checkpoint(spec, schema, provenance, parameters.ToNamedTensors()).Write(folder.CheckpointFolder);
    }

    private void Report(RunState state, int steps, double? auc)
    {
        if (progress is null || (auc is null && state.StepInEpoch % StepsBetweenReports != 0))
        {
            return;
        }

        var seconds = Math.Max(1e-3, clock.Elapsed.TotalSeconds);
        var epochs = refit?.Epochs ?? options.Epochs;
        var left = ((long)(epochs - state.Epoch) * steps) - state.StepInEpoch;
        var remaining = TimeSpan.FromSeconds(left * seconds / Math.Max(1, stepsDone));
        progress.Report(new TrainingProgress(state.Epoch + 1, epochs, state.StepInEpoch, steps, state.LossSum / Math.Max(1, state.StepInEpoch), rowsDone / seconds, remaining, auc, null));
    }

    private IReadOnlyList<Episode> ValidationEpisodes()
    {
        var episodes = EpisodesOf.Tasks(data, [Split.Train], Split.Validation, model.InnerLoop.For(model.MetaBlocks[0]).SupportCapacity).ToArray();
        if (episodes.Length > options.ValidationTasks)
        {
            new Random(options.Seed).Shuffle(episodes);
            episodes = episodes[..options.ValidationTasks];
        }

        return episodes;
    }
}
