namespace LiMaml.Cli.Runtimes;

/// <summary>Something that executes ONNX graphs, so that packages can be verified on it.</summary>
internal interface IVerifyingRuntime
{
    /// <summary>What the command line calls it.</summary>
    string Name { get; }

    /// <summary>Runs all recorded cases of each package.</summary>
    /// <param name="packages">Their folders.</param>
    /// <param name="tolerance">Largest error allowed; null for what the manifest states for each output or the runtime needs, whichever is larger.</param>
    /// <param name="cancellation">Stops before all is done.</param>
    /// <returns>A report for each package, in order.</returns>
    /// <exception cref="Models.InvalidInputException">A package is not what its manifest says, or the runtime is not installed; the message says how to.</exception>
    Task<IReadOnlyList<RuntimeReport>> VerifyAsync(IReadOnlyList<string> packages, double? tolerance, CancellationToken cancellation);
}
