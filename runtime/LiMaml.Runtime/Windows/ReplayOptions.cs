using System.Globalization;
using LiMaml.Models;

namespace LiMaml.Runtime.Windows;

/// <summary>How a dataset is replayed.</summary>
public sealed record ReplayOptions
{
    /// <summary>The task definitions whose copies of the rows are read; null (the default) for all of the schema's.</summary>
    public IReadOnlyList<string>? Tasks { get; init; }

    /// <summary>Bytes of events that are sorted in memory; more go to temporary files. From 64 KiB to 1 GiB, default 64 MiB.</summary>
    public int SortBytes { get; init; } = 64 << 20;

    /// <summary>Where temporary files are; null (the default) for the system's folder. They are deleted at the end.</summary>
    public string? TemporaryFolder { get; init; }

    /// <summary>Checks the values.</summary>
    /// <exception cref="InvalidInputException">Names the first setting that is out of range.</exception>
    public void Validate()
    {
        if (Tasks is { Count: 0 })
        {
            throw new InvalidInputException(nameof(Tasks), "an empty list", "at least one task definition, or null for all");
        }

        if (SortBytes is < 1 << 16 or > 1 << 30)
        {
            throw new InvalidInputException(nameof(SortBytes), SortBytes.ToString(CultureInfo.InvariantCulture), "a number from 65536 to 1073741824");
        }
    }
}
