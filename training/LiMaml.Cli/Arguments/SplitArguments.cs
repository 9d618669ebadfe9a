using System.CommandLine;
using LiMaml.Models;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Cli.Arguments;

/// <summary>What <c>prepare</c> may be told about dividing rows, in place of what a known source or a source schema says.</summary>
internal sealed class SplitArguments
{
    /// <summary>The division that figures are published for: 80 % and 20 % of the rows; the settings are chosen on an eighth of the 80 %.</summary>
    private static readonly RandomSplit Published = new() { Train = 0.7, Validation = 0.1 };

    private readonly Option<string?> random = Choice.Of<string?>("--split", "Divide rows by chance, whatever their time, for comparison with published figures: random is 70 % train, 10 % validation, 20 % test; history features then see earlier splits only.", ("random", "random"));
    private readonly Option<int?> seed = Text.Number("--split-seed", "Another seed, another random division, and other new tasks. Default 0.", int.MinValue, int.MaxValue, "number");
    private readonly Option<double?> newTasks = Text.Number("--new-tasks", "Share of the tasks without training rows, to judge new members by: their training rows become validation rows. Default 0.", 0.0, 0.99, "share");
    private readonly Option<string?> newTasksOf = new("--new-tasks-of") { HelpName = "definition", Description = "Which definition's tasks are new, e.g. item; only with new tasks. Default: the first's." };

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [random, seed, newTasks, newTasksOf];

    /// <summary>The change to a source schema that was asked for; null for none.</summary>
    public Func<SourceSchema, SourceSchema>? Read(ParseResult result)
    {
        var (isRandom, ofSeed, share, of) = (result.GetValue(random) is not null, result.GetValue(seed), result.GetValue(newTasks), result.GetValue(newTasksOf));
        return !isRandom && ofSeed is null && share is null && of is null ? null : schema => Change(schema, isRandom, ofSeed, share, of);
    }

    private static SourceSchema Change(SourceSchema schema, bool isRandom, int? seed, double? newTasks, string? newTasksOf)
    {
        var split = isRandom ? Published with { NewTasks = schema.Split.NewTasks, NewTasksOf = schema.Split.NewTasksOf, NewTasksSeed = schema.Split.NewTasksSeed } : schema.Split;
        split = split is RandomSplit random ? random with { Seed = seed ?? random.Seed } : split;
        split = split with { NewTasks = newTasks ?? split.NewTasks, NewTasksOf = newTasksOf ?? split.NewTasksOf, NewTasksSeed = seed ?? split.NewTasksSeed };
        if (newTasksOf is not null && split.NewTasks == 0)
        {
            throw new InvalidInputException("--new-tasks-of", $"'{newTasksOf}' with no new tasks", "--new-tasks with their share");
        }

        return schema with
        {
            Split = split,
            History = isRandom ? [.. schema.History.Select(feature => feature with { Sees = HistoryScope.EarlierSplits })] : schema.History,
        };
    }
}
