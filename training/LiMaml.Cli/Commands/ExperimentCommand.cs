using System.CommandLine;
using System.CommandLine.Parsing;
using LiMaml.Cli.Arguments;
using LiMaml.Cli.Display;
using LiMaml.Cli.Experiments;
using LiMaml.Cli.Reports;
using LiMaml.Models;
using LiMaml.Models.Json;
using LiMaml.Training;
using LiMaml.Training.Experiments;

namespace LiMaml.Cli.Commands;

/// <summary><c>limaml experiment</c>: a table of the paper on any prepared dataset.</summary>
internal static class ExperimentCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string?>("name") { Description = "Which experiment; --list names them all.", Arity = ArgumentArity.ZeroOrOne };
        var list = new Option<bool>("--list") { Description = "List the experiments." };
        var dataset = Common.Dataset();
        dataset.Required = false;
        var output = Common.Out("Folder for runs, which experiments share where they train the same, and a folder with the report of each experiment.");
        output.Required = false;
        var config = new Option<string?>("--config") { Description = "The configuration that all variants start from, as 'limaml train' takes it. Default: the defaults.", HelpName = "train.json" };
        var own = new Option<string[]>("--variant-config") { Description = "A configuration of its own for a variant, e.g. a tuned one: 'vanilla=tuned.json'. The variant's changes are made on it.", AllowMultipleArgumentsPerToken = true, HelpName = "variant=train.json" };
        var seeds = Text.Numbers("--seed", "One run of each variant for each seed. Default 1 2 3 4 5.", "number");
        var only = new Option<string[]>("--only") { Description = "Names of the variants to train. Default: all.", AllowMultipleArgumentsPerToken = true, HelpName = "variant" };
        var parallel = Text.Number("--parallel", "Runs to train at a time, each in a process of its own with its share of the processors. Default 1.", 1, 256);
        var threads = Common.Threads();
        var refit = new Option<bool>("--refit") { Description = "Score test rows by models trained anew on training and validation rows together, for as many epochs as validation rows preferred." };
        var smoke = new Option<bool>("--smoke") { Description = "Only see that everything works: the first seed, one epoch. The figures mean nothing." };
        var command = new Command("experiment", "Reproduce a table of the paper on a prepared dataset: train its variants, judge them on test rows, write a report with plots. Ctrl-C interrupts; the same command goes on.")
        {
            name, list, dataset, output, config, own, seeds, only, refit, parallel, threads, smoke,
        };
        command.Validators.Add(result => Check(result, name, list, dataset, output));
        command.SetAction(async (result, cancellation) =>
        {
            if (result.GetValue(list))
            {
                terminal.Write(List());
                return ExitCodes.Success;
            }

            var options = new ExperimentOptions
            {
                Dataset = result.GetValue(dataset)!,
                Folder = result.GetValue(output)!,
                Configuration = result.GetValue(config) is { } file ? ContractJson.Read<TrainingConfiguration>(file) : new TrainingConfiguration(),
                Own = ReadOwn(result.GetValue(own) ?? []),
                Seeds = result.GetValue(seeds) is { Length: > 0 } given ? given : [1, 2, 3, 4, 5],
                Only = result.GetValue(only) ?? [],
                Refits = result.GetValue(refit),
                IsSmoke = result.GetValue(smoke),
            };
            var plan = ExperimentPlan.Create(ExperimentCatalogue.Find(result.GetValue(name)!), options);
            return await RunAsync(new ExperimentJob(plan, CommandLine.Of(result), terminal), plan, result.GetValue(parallel) ?? 1, result.GetValue(threads) ?? 0, terminal, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(ExperimentJob job, ExperimentPlan plan, int parallel, int threads, Terminal terminal, CancellationToken cancellation)
    {
        TrainCommand.UseThreads(threads);
        var share = threads > 0 ? threads : Math.Max(1, Environment.ProcessorCount / parallel);
        try
        {
            var report = await job.RunAsync(parallel, share, cancellation);
            foreach (var evaluation in report.Evaluations)
            {
                terminal.Write(ExperimentTables.Results(plan.Experiment, evaluation).ToTextTable());
            }

            terminal.WriteLine($"\nReport: {Path.Combine(plan.ReportFolder, ReportFiles.Markdown)}, {ReportFiles.Html} and {ReportFiles.Json}");
            return ExitCodes.Success;
        }
        catch (OperationCanceledException)
        {
            terminal.Fault("interrupted; what was trained is kept. The same command goes on.");
            return ExitCodes.Interrupted;
        }
    }

    private static TextTable List() => ExperimentCatalogue.All.Aggregate(
        new TextTable("name", "paper", "what it compares"), (table, experiment) => table.Add(experiment.Name, experiment.Paper, experiment.Title));

    private static Dictionary<string, TrainingConfiguration> ReadOwn(string[] texts)
    {
        var configurations = new Dictionary<string, TrainingConfiguration>();
        foreach (var text in texts)
        {
            var sign = text.LastIndexOf('=');
            if (sign <= 0 || !configurations.TryAdd(text[..sign], ContractJson.Read<TrainingConfiguration>(text[(sign + 1)..])))
            {
                throw new InvalidInputException("--variant-config", $"'{text}'", "variant=file, each variant once, e.g. vanilla=tuned.json");
            }
        }

        return configurations;
    }

    private static void Check(CommandResult result, Argument<string?> name, Option<bool> list, Option<string> dataset, Option<string> output)
    {
        if (result.GetValue(list))
        {
            return;
        }

        if (result.GetValue(name) is null)
        {
            result.AddError("Which experiment? --list names them all.");
        }

        foreach (var missing in new[] { dataset, output }.Where(option => result.GetResult(option) is null or { Implicit: true }))
        {
            result.AddError($"Option '{missing.Name}' is required.");
        }
    }
}
