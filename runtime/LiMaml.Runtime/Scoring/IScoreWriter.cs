namespace LiMaml.Runtime.Scoring;

/// <summary>Writes scored rows to a stream.</summary>
internal interface IScoreWriter : IAsyncDisposable
{
    /// <summary>Writes some rows.</summary>
    Task AppendAsync(ScoredRows rows, CancellationToken cancellation);
}
