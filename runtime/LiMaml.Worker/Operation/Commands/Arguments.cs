using System.CommandLine;

namespace LiMaml.Worker.Operation.Commands;

/// <summary>Arguments that several commands have.</summary>
internal static class Arguments
{
    /// <summary>A task's key.</summary>
    public static Argument<string> Key() => new("key") { Description = "The task's key; where it has several columns, their values joined by '|'.", HelpName = "task" };

    /// <summary>A task definition.</summary>
    public static Option<string?> Task() => new("--task", "-t") { Description = "Task definition, e.g. member. May be left out where the model has only one.", HelpName = "name" };
}
