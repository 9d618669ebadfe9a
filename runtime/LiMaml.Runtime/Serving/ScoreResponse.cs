using LiMaml.Runtime.Scoring;

namespace LiMaml.Runtime.Serving;

/// <summary>What became of a <see cref="ScoreRequest"/>.</summary>
/// <param name="BundleId">The bundle that scored all of its rows.</param>
/// <param name="Generation">The generation that all of its embeddings came from; null where none was published, or embeddings were given.</param>
/// <param name="Scores">One for each row.</param>
/// <param name="Cold">By task definition, true for each row that was scored with an unadapted embedding; empty where embeddings were given.</param>
public sealed record ScoreResponse(string BundleId, long? Generation, Scores Scores, IReadOnlyDictionary<string, bool[]> Cold);
