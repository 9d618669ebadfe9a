using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;

namespace LiMaml.Training.Experiments;

/// <summary>How a report came to be: enough to make it again.</summary>
/// <param name="Commands">The command lines, in order.</param>
/// <param name="Machine">Processor cores, memory, operating system.</param>
/// <param name="Versions">Of LiMaml and what it computes with.</param>
/// <param name="Began">When the command began, UTC; runs of an earlier, interrupted command are older.</param>
/// <param name="Ended">When the report was written, UTC.</param>
public sealed record Provenance(
    IReadOnlyList<string> Commands, IReadOnlyDictionary<string, string> Machine, IReadOnlyDictionary<string, string> Versions, DateTimeOffset Began, DateTimeOffset Ended)
{
    /// <summary>Of this process.</summary>
    /// <param name="commands">The command lines.</param>
    /// <param name="began">When it began.</param>
    /// <param name="clock">What time it is.</param>
    public static Provenance OfProcess(IReadOnlyList<string> commands, DateTimeOffset began, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30);
        return new Provenance(
            commands,
            new Dictionary<string, string>
            {
                ["processors"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
                ["architecture"] = $"{RuntimeInformation.ProcessArchitecture}",
                ["memory"] = string.Create(CultureInfo.InvariantCulture, $"{memory:F1} GiB"),
                ["operatingSystem"] = RuntimeInformation.OSDescription,
            },
            new Dictionary<string, string>
            {
                ["limaml"] = typeof(Provenance).Assembly.GetName().Version?.ToString(3) ?? "unknown",
                ["framework"] = RuntimeInformation.FrameworkDescription,
                ["torchSharp"] = typeof(torch).Assembly.GetName().Version?.ToString(3) ?? "unknown",
                ["libtorch"] = torch.__version__,
            },
            began,
            clock.GetUtcNow());
    }
}
