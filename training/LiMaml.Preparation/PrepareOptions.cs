using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation;

/// <summary>What to prepare, and with what means.</summary>
public sealed record PrepareOptions
{
    /// <summary>What the raw data is and what to make of it; <see cref="SourceSchema.Read"/> reads one.</summary>
    public required SourceSchema Schema { get; init; }

    /// <summary>Folder that relative paths of the schema start from.</summary>
    public required string BaseFolder { get; init; }

    /// <summary>Where the dataset goes.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>Whether a dataset already there may be replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>
    /// Memory of the database engine in bytes, at least 256 MiB; what does not fit goes to <see cref="TempFolder"/>. The process needs up to about
    /// 1.5 GiB beside it for the rows being written and what the allocators keep. Default 1.5 GiB.
    /// </summary>
    public long MemoryLimit { get; init; } = 1536L << 20;

    /// <summary>Threads of the database engine; 0 takes one for each processor. The result does not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>Folder for intermediate data, of about the raw data's size; null takes the output's parent. Nothing is left there.</summary>
    public string? TempFolder { get; init; }
}
