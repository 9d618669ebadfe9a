using System.CommandLine;
using LiMaml.Models.Datasets;

namespace LiMaml.Cli.Arguments;

/// <summary>Options that several commands have, each with one meaning.</summary>
internal static class Common
{
    /// <summary>The words for splits.</summary>
    public static readonly (string Word, Split Value)[] Splits = [("train", Split.Train), ("validation", Split.Validation), ("test", Split.Test)];

    /// <summary>A prepared dataset.</summary>
    public static Option<string> Dataset() => new("--dataset", "-d") { Description = "Folder of a prepared dataset (made by 'limaml prepare').", Required = true, HelpName = "folder" };

    /// <summary>A model package.</summary>
    public static Option<string> Package() => new("--package", "-p") { Description = "Folder of a model package (made by 'limaml export').", Required = true, HelpName = "folder" };

    /// <summary>What is made.</summary>
    public static Option<string> Out(string description, string helpName = "folder") => new("--out", "-o") { Description = description, Required = true, HelpName = helpName };

    /// <summary>Whether what is there may go.</summary>
    public static Option<bool> Overwrite() => new("--overwrite") { Description = "Replace what an earlier run wrote to --out." };

    /// <summary>Which task definition.</summary>
    public static Option<string?> Task() => new("--task") { Description = "Task definition, e.g. member. May be left out where the model has only one.", HelpName = "name" };

    /// <summary>How many threads.</summary>
    public static Option<int?> Threads() => Text.Number("--threads", "Threads to use. Default 0: one for each processor.", 0, 1024);
}
