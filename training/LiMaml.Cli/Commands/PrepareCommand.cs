using System.CommandLine;
using System.CommandLine.Parsing;
using LiMaml.Cli.Arguments;
using LiMaml.Cli.Display;
using LiMaml.Models.Files;
using LiMaml.Preparation;
using LiMaml.Preparation.Schemas;
using LiMaml.Preparation.Sources;
using LiMaml.Preparation.Statistics;

namespace LiMaml.Cli.Commands;

/// <summary><c>limaml prepare</c>: raw interactions in, dataset out.</summary>
internal static class PrepareCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var schema = new Option<string?>("--schema", "-s") { Description = "Source schema: a JSON file that says what your columns are (see training/LiMaml.Preparation/README.md).", HelpName = "file" };
        var source = new Option<string?>("--source") { Description = "Known data that needs no schema." };
        source.AcceptOnlyFromAmong([.. DataSources.All.Select(known => known.Name)]);
        var input = new Option<string?>("--input", "-i") { Description = "Folder with the raw files. With --schema, the folder of the schema if left out; not used by synthetic.", HelpName = "folder" };
        var output = Common.Out("Folder for the dataset.");
        var overwrite = Common.Overwrite();
        var keep = new Option<string?>("--keep-source") { Description = "With --source, also keep the data as CSV with its source.json here, to look at or to edit.", HelpName = "folder" };
        var memory = Text.Bytes("--memory-limit", "Memory for sorting and joining, at least 256MiB; what does not fit goes to disk next to --out. Default 1536MiB.");
        var threads = Common.Threads();
        var synthetic = new SyntheticArguments();
        var label = new LabelArguments();
        var split = new SplitArguments();
        var command = new Command("prepare", "Turn raw interactions (CSV, Parquet or a known data set) into a dataset to train on: joined, sorted by task and time, divided by time, features fitted.")
        {
            schema, source, input, output, overwrite, keep, memory, threads,
        };
        label.All.Concat(split.All).Concat(synthetic.All).ToList().ForEach(command.Add);
        command.Validators.Add(result => Check(result, schema, source, keep, synthetic));
        command.SetAction(async (result, cancellation) =>
        {
            var means = new PrepareMeans(result.GetRequiredValue(output), result.GetValue(overwrite), result.GetValue(memory), result.GetValue(threads) ?? 0, [.. new[] { label.Read(result), split.Read(result) }.OfType<Func<SourceSchema, SourceSchema>>()]);
            var statistics = result.GetValue(source) is { } name
                ? await FromSourceAsync(name == "synthetic" ? new Synthetic(synthetic.Read(result)) : DataSources.Find(name), result.GetValue(input), result.GetValue(keep), means, terminal, cancellation)
                : await FromSchemaAsync(result.GetValue(schema)!, result.GetValue(input), means, terminal, cancellation);
            terminal.Output.Write(statistics.ToText());
            terminal.WriteLine($"\nDataset: {means.Output}");
            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>Prepares a user's own table.</summary>
    internal static Task<PrepareStatistics> FromSchemaAsync(string schema, string? input, PrepareMeans means, Terminal terminal, CancellationToken cancellation)
    {
        var options = means.Options(SourceSchema.Read(schema), input ?? Path.GetDirectoryName(Path.GetFullPath(schema))!);
        return terminal.WithProgressAsync(progress => PrepareAsync(options, progress, cancellation));
    }

    /// <summary>Converts a known source to CSV, next to the output unless it is kept elsewhere, and prepares it.</summary>
    internal static async Task<PrepareStatistics> FromSourceAsync(IDataSource source, string? input, string? keep, PrepareMeans means, Terminal terminal, CancellationToken cancellation)
    {
        AtomicFolder.Create(means.Output, "schema.json", means.Overwrite).Dispose(); // refuse before the conversion, not after it
        var converted = keep ?? Path.TrimEndingDirectorySeparator(Path.GetFullPath(means.Output)) + ".source";
        try
        {
            return await terminal.WithProgressAsync(async progress =>
            {
                progress.Report(new Progress($"converting {source.Name}"));
                var schema = await source.ConvertAsync(input ?? ".", converted, keep is null || means.Overwrite, cancellation);
                var options = means.Options(schema, converted);
                options.Schema.Write(Path.Combine(converted, DataSources.SchemaFile)); // as it is prepared
                return await PrepareAsync(options, progress, cancellation);
            });
        }
        finally
        {
            if (keep is null && Directory.Exists(converted))
            {
                Directory.Delete(converted, recursive: true);
            }
        }
    }

    private static Task<PrepareStatistics> PrepareAsync(PrepareOptions options, IProgress<Progress> progress, CancellationToken cancellation) =>
        Preparer.PrepareAsync(
            options,
            new Relay<PrepareProgress>(progress, at => new Progress($"{at.Step}/{at.StepCount} {at.Stage}", at.RowCount ?? 0, at.TotalRowCount)),
            cancellation);

    private static void Check(CommandResult result, Option<string?> schema, Option<string?> source, Option<string?> keep, SyntheticArguments synthetic)
    {
        var hasSource = result.GetResult(source) is { Implicit: false };
        if (hasSource == result.GetResult(schema) is { Implicit: false })
        {
            result.AddError("prepare: expected either --schema <file> (your own table) or --source <name> (known data).");
            return;
        }

        var isSynthetic = hasSource && result.GetValue(source) == "synthetic";
        if (!isSynthetic && synthetic.All.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } stray)
        {
            result.AddError($"{stray.Name}: expected only with --source synthetic.");
        }

        if (!hasSource && result.GetResult(keep) is { Implicit: false })
        {
            result.AddError("--keep-source: expected only with --source.");
        }
    }
}

/// <summary>Where a dataset goes, and with what means it is made.</summary>
internal sealed record PrepareMeans(string Output, bool Overwrite = false, long? MemoryLimit = null, int Threads = 0, IReadOnlyList<Func<SourceSchema, SourceSchema>>? Changes = null)
{
    /// <summary>These means for some data.</summary>
    public PrepareOptions Options(SourceSchema schema, string baseFolder)
    {
        var options = new PrepareOptions { Schema = (Changes ?? []).Aggregate(schema, (changed, change) => change(changed)), BaseFolder = baseFolder, OutputFolder = Output, Overwrite = Overwrite, Threads = Threads };
        return MemoryLimit is { } bytes ? options with { MemoryLimit = bytes } : options;
    }
}
