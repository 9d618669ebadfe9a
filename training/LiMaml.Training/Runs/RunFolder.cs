using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Serialization;
using LiMaml.Models;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Files;
using LiMaml.Models.Json;
using LiMaml.Models.Specs;
using LiMaml.Training.Outer;
using LiMaml.Training.Tensors;
using TorchSharp;

namespace LiMaml.Training.Runs;

/// <summary>The resolved configuration of a run, as <c>configuration.json</c> keeps it.</summary>
/// <param name="Dataset">Folder of the prepared dataset, absolute.</param>
/// <param name="Model">Every default filled in.</param>
/// <param name="Training">The outer loop.</param>
internal sealed record RunConfiguration(string Dataset, ModelSpec Model, TrainingOptions Training)
{
    /// <summary>How another run's model is trained anew; null for a run that finds out by itself, on validation rows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Refit? Refit { get; init; }
}

/// <summary>Training anew on training and validation rows together, with what another run chose on validation rows. Its fine-tuning is the model's.</summary>
/// <param name="Epochs">To train, all of them: the other run's best.</param>
/// <param name="Rounds">Of the fine-tuning of several task definitions; null for one.</param>
internal sealed record Refit(int Epochs, int? Rounds);

/// <summary>A run's folder: configuration, environment, metrics, TensorBoard events, best checkpoint, state for resuming.</summary>
internal sealed class RunFolder
{
    private const string ConfigurationFile = "configuration.json";
    private const string LockFile = "run.lock";
    private const string StateFile = "state.json";
    private const string OptimizerFile = "optimizer.safetensors";
    private readonly TorchSharp.Modules.SummaryWriter events;

    private RunFolder(string path, RunConfiguration configuration)
    {
        Path = path;
        Configuration = configuration;
        events = torch.utils.tensorboard.SummaryWriter(path, createRunName: false);
    }

    public string Path { get; }

    public RunConfiguration Configuration { get; }

    public string CheckpointFolder => CheckpointFolderOf(Path);

    private string StateFolder => StateFolderOf(Path);

    private string MetricsFile => MetricsFileOf(Path);

    /// <summary>Makes the folder of a new run.</summary>
    /// <exception cref="InvalidInputException">It holds a run already, or something else.</exception>
    public static RunFolder Create(string path, RunConfiguration configuration, bool overwrite)
    {
        Write(path, configuration, overwrite);
        return new RunFolder(path, configuration);
    }

    /// <summary>Makes the folder of a run that begins later.</summary>
    /// <exception cref="InvalidInputException">It holds a run already, or something else.</exception>
    public static void Write(string path, RunConfiguration configuration, bool overwrite)
    {
        using var folder = AtomicFolder.Create(path, ConfigurationFile, overwrite);
        ContractJson.Write(System.IO.Path.Combine(folder.Partial, ConfigurationFile), configuration);
        ContractJson.Write(System.IO.Path.Combine(folder.Partial, "environment.json"), Environment());
        folder.Complete();
    }

    /// <summary>Whether a run's folder is there.</summary>
    public static bool Is(string path) => File.Exists(System.IO.Path.Combine(path, ConfigurationFile));

    /// <summary>Opens a run that was interrupted.</summary>
    /// <exception cref="InvalidInputException">It is not a run's folder.</exception>
    public static RunFolder Open(string path) => new(path, ReadConfiguration(path));

    /// <summary>What a run is to do.</summary>
    /// <exception cref="InvalidInputException">It is not a run's folder.</exception>
    public static RunConfiguration ReadConfiguration(string path) => ContractJson.Read<RunConfiguration>(System.IO.Path.Combine(path, ConfigurationFile));

    /// <summary>Keeps others from training this run until disposed; a process that ends without that lets go, too.</summary>
    /// <exception cref="InvalidInputException">Another process trains it.</exception>
    public IDisposable Hold()
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(Path, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (fault is not (DirectoryNotFoundException or PathTooLongException))
        {
            throw new InvalidInputException($"training run '{Path}'", "another process that trains it", "one process at a time");
        }
    }

    /// <summary>The saved state, or null where the run never came to save one.</summary>
    public RunState? ReadState() => ReadState(Path);

    /// <summary>The saved state of the run in a folder, or null where it never came to save one.</summary>
    public static RunState? ReadState(string path) =>
        Directory.Exists(StateFolderOf(path)) ? ContractJson.Read<RunState>(System.IO.Path.Combine(StateFolderOf(path), StateFile)) : null;

    /// <summary>Loads the saved weights and moments.</summary>
    public void LoadState(ModelParameters parameters, OuterOptimizer optimizer)
    {
        parameters.Load(Safetensors.Read(System.IO.Path.Combine(StateFolder, "weights.safetensors")));
        optimizer.Load(Safetensors.Read(System.IO.Path.Combine(StateFolder, OptimizerFile)));
    }

    /// <summary>Saves weights, moments and position, replacing the state before; all or nothing.</summary>
    public void SaveState(RunState state, ModelParameters parameters, OuterOptimizer optimizer)
    {
        using var folder = AtomicFolder.Create(StateFolder, StateFile, overwrite: true);
        Safetensors.Write(System.IO.Path.Combine(folder.Partial, "weights.safetensors"), parameters.ToNamedTensors());
        Safetensors.Write(System.IO.Path.Combine(folder.Partial, OptimizerFile), optimizer.ToNamedTensors());
        ContractJson.Write(System.IO.Path.Combine(folder.Partial, StateFile), state);
        folder.Complete();
    }

    /// <summary>Drops the metrics of epochs that a resumed run will do again.</summary>
    public void TruncateMetrics(int epochs)
    {
        if (File.Exists(MetricsFile))
        {
            var kept = File.ReadLines(MetricsFile).Take(epochs).Select(line => line + "\n");
            AtomicFile.Write(MetricsFile, Encoding.UTF8.GetBytes(string.Concat(kept)));
        }
    }

    /// <summary>Appends an epoch to <c>metrics.jsonl</c> and to the TensorBoard events.</summary>
    public void Append(EpochMetrics metrics)
    {
        File.AppendAllText(MetricsFile, System.Text.Json.JsonSerializer.Serialize(metrics, LineOptions) + "\n");
        var step = (int)Math.Min(int.MaxValue, metrics.Step);
        events.add_scalar("loss/train", (float)metrics.TrainingLoss, step);
        if (metrics.ValidationAuc is { } auc)
        {
            events.add_scalar("auc/validation_fine_tuned", (float)auc, step);
        }

        events.add_scalar("learning_rate", (float)metrics.LearningRate, step);
    }

    /// <summary>The epochs of the run in a folder; none before the first has ended.</summary>
    public static IReadOnlyList<EpochMetrics> ReadMetrics(string path) => !File.Exists(MetricsFileOf(path))
        ? []
        : [.. File.ReadLines(MetricsFileOf(path)).Select(line => ContractJson.Parse<EpochMetrics>(Encoding.UTF8.GetBytes(line), MetricsFileOf(path)))];

    /// <summary>Where the run in a folder keeps its best epoch.</summary>
    public static string CheckpointFolderOf(string path) => System.IO.Path.Combine(path, "checkpoint");

    private static string StateFolderOf(string path) => System.IO.Path.Combine(path, "state");

    private static string MetricsFileOf(string path) => System.IO.Path.Combine(path, "metrics.jsonl");

    private static readonly System.Text.Json.JsonSerializerOptions LineOptions = new(ContractJson.Options) { WriteIndented = false };

    private static Dictionary<string, string> Environment() => new()
    {
        ["framework"] = RuntimeInformation.FrameworkDescription,
        ["operatingSystem"] = RuntimeInformation.OSDescription,
        ["processors"] = $"{System.Environment.ProcessorCount}",
        ["threads"] = $"{torch.get_num_threads()}",
        ["torchSharp"] = typeof(torch).Assembly.GetName().Version?.ToString() ?? "unknown",
        ["libtorch"] = torch.__version__,
        ["limaml"] = typeof(RunFolder).Assembly.GetName().Version?.ToString() ?? "unknown",
    };
}
