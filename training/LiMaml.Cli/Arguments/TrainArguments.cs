using System.CommandLine;
using System.Text.Json;
using LiMaml.Models.Json;
using LiMaml.Models.Specs;
using LiMaml.Training;

namespace LiMaml.Cli.Arguments;

/// <summary>What <c>train</c> may be told about the model and its training: a file, and options that override it.</summary>
internal sealed class TrainArguments
{
    private readonly Option<string?> config = new("--config") { Description = "Everything about the model and its training as JSON (see README.md); all members may be left out. The options below override it.", HelpName = "train.json" };
    private readonly Option<TrainingAlgorithm?> algorithm = Choice.Of<TrainingAlgorithm?>(
        "--algorithm",
        "Meta-training of the meta block (liMaml, the default) or of the entire network (maml: for comparison, cannot be exported), or plain training (vanilla), also with a learned row for each task and a wide part (wideAndDeep).",
        [.. Enum.GetValues<TrainingAlgorithm>().Select(value => (JsonNamingPolicy.CamelCase.ConvertName(value.ToString()), (TrainingAlgorithm?)value))]);

    private readonly Option<string?> task = new("--task") { Description = "Task definition to personalise for. Default: the dataset's first.", HelpName = "name" };
    private readonly Option<bool> firstOrder = new("--first-order") { Description = "Leave the second derivatives out of the meta-gradient: faster, approximate." };
    private readonly Option<int?> epochs = Text.Number("--epochs", "Most passes over the training tasks; early stopping usually ends sooner. Default 20.", 1, int.MaxValue);
    private readonly Option<int?> tasksPerBatch = Text.Number("--tasks-per-batch", "Tasks in an outer step. Default 128.", 1, int.MaxValue);
    private readonly Option<int?> baseTasksPerBatch = Text.Number("--base-tasks-per-batch", "Scale the learning rate by tasks per batch over this number, for which it was found. Default: don't scale.", 1, int.MaxValue);
    private readonly Option<int[]> seeds = Text.Numbers("--seed", "Seeds everything random; may be given several times, for one run each. Default 1.", "number");
    private readonly Option<string?> device = new("--device") { Description = "cpu, cuda or cuda:N, or several separated by commas: a replica on each takes a share of every batch. Default cpu.", HelpName = "device" };

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [config, algorithm, task, firstOrder, epochs, tasksPerBatch, baseTasksPerBatch, seeds, device];

    /// <summary>One configuration for each seed.</summary>
    /// <exception cref="Models.InvalidInputException">The file is not a training configuration.</exception>
    public IReadOnlyList<TrainingConfiguration> Read(ParseResult result)
    {
        var configuration = result.GetValue(config) is { } file ? ContractJson.Read<TrainingConfiguration>(file) : new TrainingConfiguration();
        var training = configuration.Training;
        training = training with
        {
            Epochs = result.GetValue(epochs) ?? training.Epochs,
            TasksPerBatch = result.GetValue(tasksPerBatch) ?? training.TasksPerBatch,
            BaseTasksPerBatch = result.GetValue(baseTasksPerBatch) ?? training.BaseTasksPerBatch,
            Device = result.GetValue(device) ?? training.Device,
        };
        configuration = configuration with
        {
            Algorithm = result.GetValue(algorithm) ?? configuration.Algorithm,
            Task = result.GetValue(task) ?? configuration.Task,
            InnerLoop = result.GetValue(firstOrder) ? configuration.InnerLoop with { SecondOrder = false } : configuration.InnerLoop,
            Training = training,
        };
        int[] wanted = result.GetValue(seeds) is { Length: > 0 } given ? [.. given.Distinct()] : [training.Seed];
        return [.. wanted.Select(seed => configuration with { Training = training with { Seed = seed } })];
    }
}
