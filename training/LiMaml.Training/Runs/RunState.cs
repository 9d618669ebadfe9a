using System.Text.Json.Serialization;

namespace LiMaml.Training.Runs;

/// <summary>Where an interrupted run goes on; beside it stand the weights and the optimizer's moments.</summary>
internal sealed record RunState
{
    /// <summary>The epoch under way, from 0.</summary>
    public int Epoch { get; init; }

    /// <summary>Outer steps of it that are done.</summary>
    public int StepInEpoch { get; init; }

    /// <summary>Outer steps done in all.</summary>
    public long Step { get; init; }

    /// <summary>Sum of the losses of this epoch's steps.</summary>
    public double LossSum { get; init; }

    /// <summary>From 1; 0 before the first epoch ended.</summary>
    public int BestEpoch { get; init; }

    /// <summary>Validation AUC of the best epoch.</summary>
    public double BestAuc { get; init; } = double.MinValue;

    /// <summary>The same for those who ask what came of the run: NaN where there is none.</summary>
    [JsonIgnore]
    public double Score => BestAuc == double.MinValue ? double.NaN : BestAuc;

    /// <summary>True once early stopping or the last epoch ended the run.</summary>
    public bool Finished { get; init; }
}
