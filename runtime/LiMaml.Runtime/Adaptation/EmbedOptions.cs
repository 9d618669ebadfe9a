using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Adaptation;

/// <summary>What meta embeddings are generated from.</summary>
public sealed record EmbedOptions
{
    /// <summary>The task definition; null takes the model's only one.</summary>
    public string? Task { get; init; }

    /// <summary>Splits whose rows are support; at least one. Training and validation rows by default.</summary>
    public IReadOnlyList<Split> Splits { get; init; } = [Split.Train, Split.Validation];

    /// <summary>Event time after which rows are ignored; null takes the newest row of the splits.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>Number stamped on the snapshot, 0 or more, by which readers tell refreshes apart.</summary>
    public long Generation { get; init; }

    /// <summary>Whether an existing snapshot may be replaced. False by default.</summary>
    public bool Overwrite { get; init; }

    /// <summary>How tasks are adapted.</summary>
    public AdapterOptions Adapter { get; init; } = new();

    /// <summary>
    /// Support samples gathered before they are bucketed, adapted and written: bounds memory; more means fuller batches.
    /// 65,536 by default.
    /// </summary>
    public int ChunkRows { get; init; } = 65_536;

    /// <summary>Throws where a value is out of range.</summary>
    /// <exception cref="InvalidInputException">Names the option.</exception>
    internal void Validate()
    {
        if (Splits.Count == 0 || Splits.Distinct().Count() != Splits.Count)
        {
            throw new InvalidInputException(nameof(Splits), $"[{string.Join(", ", Splits)}]", "at least one split, none twice");
        }

        if (ChunkRows < 1)
        {
            throw new InvalidInputException(nameof(ChunkRows), $"{ChunkRows}", "1 or more samples");
        }

        if (Generation < 0)
        {
            throw new InvalidInputException(nameof(Generation), $"{Generation}", "0 or more");
        }
    }
}

/// <summary>What <see cref="Embedder"/> did.</summary>
/// <param name="TaskCount">Meta embeddings written.</param>
/// <param name="DivergedTaskCount">Of these, tasks whose fine-tuning gave numbers that are not finite: they got the unadapted embedding.</param>
/// <param name="RowCount">Rows read.</param>
/// <param name="AsOf">Event time up to which rows counted.</param>
/// <param name="MeanLossBefore">Mean over the tasks of the support loss before fine-tuning; 0 without tasks.</param>
/// <param name="MeanLossAfter">The same after fine-tuning.</param>
/// <param name="Elapsed">Time taken.</param>
/// <param name="Provider">What executed the graphs, and what was passed over.</param>
public sealed record EmbedReport(
    long TaskCount,
    long DivergedTaskCount,
    long RowCount,
    DateTimeOffset AsOf,
    double MeanLossBefore,
    double MeanLossAfter,
    TimeSpan Elapsed,
    ProviderChoice Provider);
