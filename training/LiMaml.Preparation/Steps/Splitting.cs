using System.Globalization;
using LiMaml.Models;
using LiMaml.Models.Schemas;
using LiMaml.Preparation.Engine;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation.Steps;

/// <summary>Divides rows into train (0), validation (1) and test (2), and caps tasks to their most recent rows.</summary>
internal static class Splitting
{
    /// <summary>
    /// Adds the column <c>split</c>; <paramref name="firstTask"/> is the key of the first task definition, <paramref name="maybeNew"/>
    /// of the one whose tasks may be new.
    /// </summary>
    public static void Divide(Moments moments, SplitRule rule, KeySet firstTask, KeySet maybeNew)
    {
        var isNew = rule.NewTasks == 0 ? "0" : $"CASE WHEN {Chance($"{rule.NewTasksSeed.ToString(CultureInfo.InvariantCulture)}:task", maybeNew.Id)} < {Sql.Number(rule.NewTasks)} THEN 1 ELSE 0 END";
        string Part(string place, string validationFrom, string testFrom) =>
            $"CAST(greatest(CASE WHEN {place} < {validationFrom} THEN 0 WHEN {place} < {testFrom} THEN 1 ELSE 2 END, {isNew}) AS UTINYINT)";
        switch (rule)
        {
            case PerTaskSplit perTask:
                // A group of ties counts as its first row; ranks are below 2^31, so 1e-9 only absorbs the rounding of fraction × count.
                var aggregates = new Dictionary<string, string>
                {
                    ["place"] = (perTask.Ties == TieRule.Together ? "rank()" : "row_number()") + " OVER earlier - 1",
                    ["places"] = $"count(*) OVER (PARTITION BY {firstTask.Id})",
                };
                var part = Part("place", $"{Sql.Number(perTask.Train)} * places - 1e-9", $"{Sql.Number(perTask.Train + perTask.Validation)} * places - 1e-9");
                moments.Add(aggregates, $"PARTITION BY {firstTask.Id} ORDER BY ts{(perTask.Ties == TieRule.Together ? "" : ", row")}", [$"{part} AS split"]);
                break;
            case RandomSplit random:
                var chance = Chance(random.Seed.ToString(CultureInfo.InvariantCulture), "row");
                moments.Add($"{Part(chance, Sql.Number(random.Train), Sql.Number(random.Train + random.Validation))} AS split");
                break;
            case ByTimeSplit byTime:
                moments.Add($"{Part("ts", Micros(byTime.ValidationFrom), Micros(byTime.TestFrom))} AS split");
                break;
        }
    }

    /// <summary>SQL of whether a row is among its task's most recent, or is a test row; adds what that needs to the moments.</summary>
    public static string Cap(Moments moments, KeySet set, int? maxSamplesPerTask)
    {
        if (maxSamplesPerTask is not { } most)
        {
            return "true";
        }

        var isRecent = string.Create(CultureInfo.InvariantCulture, $"split = 2 OR recent <= {most}");
        moments.Add(
            new Dictionary<string, string> { ["recent"] = "row_number() OVER earlier" },
            $"PARTITION BY {set.Id}, split ORDER BY row DESC",
            [$"({isRecent}) AS is_kept{set.Index}"]);
        return $"is_kept{set.Index}";
    }

    /// <summary>The column of that.</summary>
    public static string Kept(KeySet set) => string.Create(CultureInfo.InvariantCulture, $"kept{set.Index}");

    /// <summary>A dataset to learn from and to judge by needs training rows of both labels, and test rows.</summary>
    public static void RefuseUnusable(Session session, string table, SourceSchema schema)
    {
        var where = $"split of '{schema.Name}'";
        session.Read($"SELECT count(*) FILTER (split = 0), count(*) FILTER (split = 2), coalesce(min(label) FILTER (split = 0), 0), coalesce(max(label) FILTER (split = 0), 0), min(ts), max(ts) FROM {table}", row =>
        {
            var times = $"the interactions are from {PrepareText.Moment(row.GetInt64(4))} to {PrepareText.Moment(row.GetInt64(5))}";
            if (row.GetInt64(0) == 0)
            {
                throw new InvalidInputException(where, "no training rows", $"some ({times})");
            }

            if (row.GetInt64(1) == 0)
            {
                throw new InvalidInputException(where, "no test rows", $"some ({times})");
            }

            var (least, most) = (row.GetFloat(2), row.GetFloat(3));
            if (schema.Label.Kind != LabelKind.Real && least >= Grades.Positive == most >= Grades.Positive)
            {
                throw new InvalidInputException(
                    $"label of '{schema.Name}', training rows",
                    least == most ? $"{least} in all of them" : $"{least} to {most}",
                    schema.Label.Kind == LabelKind.Binary ? "both 0 and 1" : $"grades below {Grades.Positive} and others");
            }
        });
    }

    /// <summary>SQL of a number from 0 to below 1; of the number in a column and the seed only, so that it is the same on every machine.</summary>
    private static string Chance(string seed, string column) => $"(md5_number_lower('{seed}:' || {column}) / 18446744073709551616.0)";

    private static string Micros(DateTimeOffset moment) => ((moment - DateTimeOffset.UnixEpoch).Ticks / 10).ToString(CultureInfo.InvariantCulture);
}
