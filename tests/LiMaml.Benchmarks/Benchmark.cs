namespace LiMaml.Benchmarks;

/// <summary>One way of doing what a benchmark compares.</summary>
/// <param name="Name">As the report prints it.</param>
/// <param name="Run">The timed work; it must do the same amount each time.</param>
internal sealed record Variant(string Name, Action Run)
{
    /// <summary>Floating-point operations of a run; 0 where nobody counted them.</summary>
    internal double Operations { get; init; }

    /// <summary>Tasks of a run; 0 where it has none.</summary>
    internal int Tasks { get; init; }

    /// <summary>Events of a run; 0 where it has none.</summary>
    internal int Events { get; init; }
}

/// <summary>Something to measure.</summary>
internal abstract class Benchmark : IDisposable
{
    /// <summary>Short and without spaces, for the command line.</summary>
    internal abstract string Name { get; }

    /// <summary>One sentence: the work and its sizes.</summary>
    internal abstract string Description { get; }

    /// <summary>Measures, and returns what came of it as Markdown.</summary>
    internal abstract string Run(AlternatingRunner runner);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}

/// <summary>A comparison of variants by time: the first is what the others are measured against.</summary>
internal abstract class TimedBenchmark : Benchmark
{
    /// <summary>Makes inputs and variants, not timed; tensor libraries are to use <paramref name="threads"/> threads.</summary>
    internal abstract IReadOnlyList<Variant> Prepare(int threads);

    /// <inheritdoc/>
    internal override string Run(AlternatingRunner runner) => MarkdownReport.Of(this, runner.Run(Prepare(runner.Threads)));
}
