using LiMaml.Training.Evaluation.Metrics;

namespace LiMaml.Training.Evaluation;

/// <summary>Test rows as a model scored them in one way.</summary>
/// <param name="Model">Name.</param>
/// <param name="Mode">How they were scored.</param>
/// <param name="Variant">Which of several of that mode, or null.</param>
/// <param name="Seeds">One for each seed: samples by slice.</param>
internal sealed record ScoredLine(string Model, ScoringMode Mode, string? Variant, IReadOnlyList<IReadOnlyDictionary<ReportSlice, ScoredSamples>> Seeds)
{
    /// <summary>The slice of every seed, or null where it has no rows.</summary>
    public IReadOnlyList<ScoredSamples>? In(ReportSlice slice) =>
        Seeds.All(seed => seed.ContainsKey(slice)) ? [.. Seeds.Select(seed => seed[slice])] : null;
}
