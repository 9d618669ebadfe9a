using System.Globalization;
using LiMaml.Models;

namespace LiMaml.Training.Evaluation.Metrics;

/// <summary>Checks of the columns that metrics read, and what they do with them alike.</summary>
internal static class Columns
{
    internal static void Check(ReadOnlySpan<float> scores, ReadOnlySpan<float> labels, ReadOnlySpan<float> weights)
    {
        CheckLength(labels.Length, scores.Length, nameof(labels));
        Reject(scores, float.IsNaN, "score", "a number");
        Reject(labels, label => !float.IsFinite(label), "label", "a finite number");
        if (!weights.IsEmpty)
        {
            CheckLength(weights.Length, scores.Length, nameof(weights));
            Reject(weights, weight => !(float.IsFinite(weight) && weight >= 0), "weight", "a finite number, 0 or more");
        }
    }

    internal static void CheckBinary(ReadOnlySpan<float> labels) => Reject(labels, label => label is not (0 or 1), "label", "0 or 1");

    internal static void CheckGrades(ReadOnlySpan<float> labels) => Reject(labels, label => label is not (>= 0 and <= 1), "label", "0 to 1");

    internal static void CheckFinite(ReadOnlySpan<float> scores) => Reject(scores, score => !float.IsFinite(score), "score", "a finite number");

    internal static void CheckLength(int length, int scores, string column)
    {
        if (length != scores)
        {
            throw new ArgumentException($"{length} {column} for {scores} scores", column);
        }
    }

    /// <summary>Weight of a row; no weights stand for 1 everywhere.</summary>
    internal static double WeightOf(ReadOnlySpan<float> weights, int row) => weights.IsEmpty ? 1 : weights[row];

    /// <summary>Row numbers by ascending score.</summary>
    internal static int[] Order(ReadOnlySpan<float> scores)
    {
        var rows = new int[scores.Length];
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row] = row;
        }

        Array.Sort(scores.ToArray(), rows);
        return rows;
    }

    /// <summary>The end of the run of equal scores that starts at <paramref name="start"/> of <paramref name="order"/>.</summary>
    internal static int EndOfTie(ReadOnlySpan<float> scores, ReadOnlySpan<int> order, int start)
    {
        var end = start + 1;
        while (end < order.Length && scores[order[end]] == scores[order[start]])
        {
            end++;
        }

        return end;
    }

    private static void Reject(ReadOnlySpan<float> column, Predicate<float> isWrong, string name, string expected)
    {
        for (var row = 0; row < column.Length; row++)
        {
            if (isWrong(column[row]))
            {
                throw new InvalidInputException($"{name} of row {row}", column[row].ToString(CultureInfo.InvariantCulture), expected);
            }
        }
    }
}
