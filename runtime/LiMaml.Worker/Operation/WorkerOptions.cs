using LiMaml.Models;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Worker.Operation;

/// <summary>Where the worker keeps things and how it starts and ends (section <c>Worker</c>).</summary>
public sealed record WorkerOptions
{
    /// <summary>Folder of the window stores and local embeddings; made where missing, one worker at a time. <c>state</c> by default.</summary>
    public string StateFolder { get; init; } = "state";

    /// <summary>
    /// A folder of model packages, one in each subfolder. The file <c>current</c> in it names the subfolder to use; without
    /// it the newest manifest counts. A folder that is itself a package is used as it is. Required.
    /// </summary>
    public string Packages { get; init; } = "";

    /// <summary>How often to look for another package, 100 ms to 1 day; 5 seconds by default.</summary>
    public TimeSpan PackagePoll { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest time that ending may take, 1 second to 10 minutes; 30 seconds by default.</summary>
    public TimeSpan ShutdownTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// What requests to <c>/admin</c> carry as bearer token. Without one (the default) only requests from this machine are accepted.
    /// </summary>
    public string? AdminToken { get; init; }

    /// <summary>How the scoring graphs are executed; one thread by default, so that requests run beside each other.</summary>
    public GraphOptions ScoringGraphs { get; init; } = new() { ThreadCount = 1 };

    /// <summary>Largest error of a package's recorded cases; that of each output in its manifest where null.</summary>
    public double? Tolerance { get; init; }

    /// <summary>Throws where a value is missing or out of range.</summary>
    /// <exception cref="InvalidInputException">Names the setting.</exception>
    public void Validate()
    {
        Require(!string.IsNullOrWhiteSpace(StateFolder), nameof(StateFolder), "nothing", "a folder");
        Require(!string.IsNullOrWhiteSpace(Packages), nameof(Packages), "nothing", "the folder of a model package, or of several");
        Require(PackagePoll >= TimeSpan.FromMilliseconds(100) && PackagePoll <= TimeSpan.FromDays(1), nameof(PackagePoll), $"{PackagePoll}", "00:00:00.1 to 1.00:00:00");
        Require(ShutdownTime >= TimeSpan.FromSeconds(1) && ShutdownTime <= TimeSpan.FromMinutes(10), nameof(ShutdownTime), $"{ShutdownTime}", "00:00:01 to 00:10:00");
        Require(AdminToken is null || AdminToken.Length >= 16, nameof(AdminToken), "a short text", "at least 16 characters, or none");
        ScoringGraphs.Validate($"Worker:{nameof(ScoringGraphs)}:");
        Require(Tolerance is null or (> 0 and <= 1), nameof(Tolerance), $"{Tolerance}", "above 0, up to 1, or none");
    }

    private static void Require(bool holds, string setting, string found, string expected)
    {
        if (!holds)
        {
            throw new InvalidInputException("Worker:" + setting, found, expected);
        }
    }
}
