using LiMaml.Models;

namespace LiMaml.Training.Tuning;

/// <summary>What is searched, where, and how long. Test rows are never looked at.</summary>
public sealed record TuningOptions
{
    /// <summary>Folder of a prepared dataset: training rows are trained on, validation rows judge after fine-tuning.</summary>
    public required string Dataset { get; init; }

    /// <summary>Where trials, journal, report and <c>best.json</c> are kept.</summary>
    public required string Folder { get; init; }

    /// <summary>What the trials change; its epochs are those of a trial that is never stopped.</summary>
    public required TrainingConfiguration Configuration { get; init; }

    /// <summary>What they may change.</summary>
    public required SearchSpace Space { get; init; }

    /// <summary>Configurations drawn, at least 1. Default 27.</summary>
    public int Trials { get; init; } = 27;

    /// <summary>Seeds the draws. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Trials that reach the last rung at least, and are then trained with several seeds; at least 1. Default 3.</summary>
    public int Finalists { get; init; } = 3;

    /// <summary>Seeds of each finalist, at least 1; the best mean wins. Default 3.</summary>
    public int FinalistSeeds { get; init; } = 3;

    /// <exception cref="InvalidInputException">A number is below 1.</exception>
    internal void Validate()
    {
        foreach (var (option, value) in new[] { ("trials", Trials), ("finalists", Finalists), ("finalist seeds", FinalistSeeds) })
        {
            if (value < 1)
            {
                throw new InvalidInputException($"tuning, {option}", $"{value}", "at least 1");
            }
        }
    }
}
