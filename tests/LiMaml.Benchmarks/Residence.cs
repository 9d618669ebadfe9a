using System.Diagnostics;

namespace LiMaml.Benchmarks;

/// <summary>What the process holds in memory at the end of an epoch.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Resident">Bytes of the process in memory, native libraries' included.</param>
/// <param name="Managed">Bytes of .NET objects, those that wait to be collected included.</param>
internal sealed record Residence(int Epoch, long Resident, long Managed)
{
    /// <summary>What it holds now; nothing is collected first, since nothing is while training either.</summary>
    internal static Residence Now(int epoch)
    {
        using var process = Process.GetCurrentProcess();
        return new Residence(epoch, process.WorkingSet64, GC.GetTotalMemory(forceFullCollection: false));
    }

    /// <summary>The last two thirds: before them memory pools fill and code is compiled.</summary>
    internal static IReadOnlyList<Residence> Settled(IReadOnlyList<Residence> epochs) => [.. epochs.Skip(epochs.Count / 3)];

    /// <summary>Growth of the resident memory by least squares, in bytes an epoch; needs two epochs.</summary>
    internal static double Slope(IReadOnlyList<Residence> epochs)
    {
        var middle = epochs.Average(epoch => (double)epoch.Epoch);
        return epochs.Sum(epoch => (epoch.Epoch - middle) * epoch.Resident) / epochs.Sum(epoch => (epoch.Epoch - middle) * (epoch.Epoch - middle));
    }
}
