using LiMaml.Models;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Adaptation;

/// <summary>How tasks are adapted.</summary>
public sealed record AdapterOptions
{
    /// <summary>How the graphs are executed.</summary>
    public GraphOptions Graphs { get; init; } = new();

    /// <summary>
    /// Support samples (padding included) that share one run: bounds memory, and barely changes the speed from 1,024 on.
    /// 2,048 by default, at least 1; a task whose own support is longer runs alone.
    /// </summary>
    public int BatchRows { get; init; } = 2048;

    /// <summary>Throws where a value is out of range.</summary>
    /// <exception cref="InvalidInputException">Names the option.</exception>
    internal void Validate()
    {
        if (BatchRows is < 1 or > 1 << 20)
        {
            throw new InvalidInputException(nameof(BatchRows), $"{BatchRows}", "1 to 1048576 samples");
        }

        Graphs.Validate();
    }
}
