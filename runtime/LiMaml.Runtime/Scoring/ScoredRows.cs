using LiMaml.Models.Datasets;

namespace LiMaml.Runtime.Scoring;

/// <summary>Rows with their scores.</summary>
/// <param name="Rows">The rows; key, timestamp, row number and label are written.</param>
/// <param name="Scores">One for each row.</param>
/// <param name="Cold">True where the row was scored with an unadapted embedding.</param>
internal sealed record ScoredRows(RowGroup Rows, Scores Scores, bool[] Cold);
