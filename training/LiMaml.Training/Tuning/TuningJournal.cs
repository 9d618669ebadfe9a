using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiMaml.Models;
using LiMaml.Models.Files;
using LiMaml.Models.Json;

namespace LiMaml.Training.Tuning;

/// <summary>How a trial left a rung.</summary>
public enum TrialEnd
{
    /// <summary>With all epochs of the rung.</summary>
    Paused,

    /// <summary>With all of its epochs, or by early stopping.</summary>
    Finished,

    /// <summary>It was below the median of the trials before it.</summary>
    Median,

    /// <summary>Its losses or scores were not finite.</summary>
    Failed,
}

/// <summary>A line of <c>trials.jsonl</c>: a trial has left a rung, or a finalist's further seed has been trained.</summary>
/// <param name="Trial">From 1.</param>
/// <param name="Rung">From 0; that of a further seed is the number of rungs.</param>
/// <param name="Seed">Of the training.</param>
/// <param name="Epochs">Trained in all.</param>
/// <param name="Score">Validation AUC of the best epoch (for real labels, minus the root mean squared error); null where the trial failed.</param>
/// <param name="End">How it left.</param>
/// <param name="Values">What the trial tries, by path.</param>
/// <param name="Message">Why it failed.</param>
public sealed record TrialEntry(int Trial, int Rung, int Seed, int Epochs, double? Score, TrialEnd End, JsonObject Values, string? Message = null);

/// <summary>What has been done, appended line by line, so that an interrupted search goes on where it stood.</summary>
internal sealed class TuningJournal
{
    private static readonly JsonSerializerOptions LineOptions = new(ContractJson.Options) { WriteIndented = false };
    private readonly string path;
    private readonly List<TrialEntry> entries;

    /// <summary>Opens the journal at a path, or begins it.</summary>
    /// <exception cref="InvalidInputException">A line cannot be read.</exception>
    public TuningJournal(string path)
    {
        this.path = path;
        var text = File.Exists(path) ? File.ReadAllText(path) : "";
        var whole = text[..(text.LastIndexOf('\n') + 1)]; // a crash may have cut the last line
        if (whole.Length < text.Length)
        {
            AtomicFile.Write(path, Encoding.UTF8.GetBytes(whole));
        }

        entries = [.. whole.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select((line, index) => ContractJson.Parse<TrialEntry>(Encoding.UTF8.GetBytes(line), $"{path}, line {index + 1}"))];
    }

    /// <summary>In the order of time.</summary>
    public IReadOnlyList<TrialEntry> Entries => entries;

    /// <summary>The line of a trial in a rung with a seed, or null.</summary>
    public TrialEntry? Find(int trial, int rung, int seed) => entries.Find(entry => entry.Trial == trial && entry.Rung == rung && entry.Seed == seed);

    /// <summary>Adds a line.</summary>
    public TrialEntry Append(TrialEntry entry)
    {
        File.AppendAllText(path, JsonSerializer.Serialize(entry, LineOptions) + "\n");
        entries.Add(entry);
        return entry;
    }
}
