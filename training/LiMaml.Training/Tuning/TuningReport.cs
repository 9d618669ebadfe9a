using LiMaml.Training.Evaluation.Metrics;
using LiMaml.Training.Experiments;

namespace LiMaml.Training.Tuning;

/// <summary>Where a search stands.</summary>
/// <param name="Stage">What is being done, a phrase.</param>
/// <param name="Done">Trials of the stage that are done.</param>
/// <param name="Total">Trials of the stage.</param>
/// <param name="Note">More to say, or null.</param>
public sealed record TuningProgress(string Stage, int Done, int Total, string? Note);

/// <summary>A finalist over its seeds.</summary>
/// <param name="Trial">From 1.</param>
/// <param name="Score">Validation AUC after fine-tuning (for real labels, minus the root mean squared error).</param>
public sealed record Finalist(int Trial, Summary Score);

/// <summary>What a search found (<c>report.json</c>).</summary>
/// <param name="Dataset">As it was named.</param>
/// <param name="Seed">Of the draws.</param>
/// <param name="Rungs">How epochs were given out.</param>
/// <param name="Finalists">The best first.</param>
/// <param name="Best">The winner's configuration, also in <c>best.json</c>.</param>
/// <param name="Entries">Every line of the journal.</param>
/// <param name="Provenance">How it was made; null where a library asked.</param>
public sealed record TuningReport(
    string Dataset, int Seed, IReadOnlyList<TuningRung> Rungs, IReadOnlyList<Finalist> Finalists, TrainingConfiguration Best, IReadOnlyList<TrialEntry> Entries, Provenance? Provenance = null)
{
    /// <summary>The last line of each trial with its first seed, by number.</summary>
    public IReadOnlyList<TrialEntry> LastOfEach() => [.. Entries.Where(entry => entry.Rung < Rungs.Count).GroupBy(entry => entry.Trial).Select(lines => lines.Last()).OrderBy(entry => entry.Trial)];
}
