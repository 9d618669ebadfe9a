using FsCheck;
using FsCheck.Fluent;

namespace LiMaml.Training.Tests.Evaluation.Metrics;

/// <summary>A generated sample. Few distinct scores and weights, so that ties and zero weights are frequent.</summary>
public sealed record Row(int Task, float Score, bool Label, float Weight);

internal static class Arbitrary
{
    internal static Arbitrary<Row[]> Rows { get; } = Arb.From(
        from row in (
            from task in Gen.Choose(0, 4)
            from score in Gen.Choose(-6, 6)
            from label in Gen.Elements(true, false)
            from weight in Gen.Choose(0, 3)
            select new Row(task, score / 2f, label, weight)).ArrayOf()
        select row);

    internal static (float[] Scores, float[] Labels, float[] Weights) Columns(Row[] rows) =>
        ([.. rows.Select(row => row.Score)], [.. rows.Select(row => row.Label ? 1f : 0f)], [.. rows.Select(row => row.Weight)]);
}
