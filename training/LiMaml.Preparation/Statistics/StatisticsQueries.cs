using System.Globalization;
using LiMaml.Models.Datasets;
using LiMaml.Preparation.Engine;
using LiMaml.Preparation.Steps;

namespace LiMaml.Preparation.Statistics;

/// <summary>Statistics over the engine's relation of all rows (<c>split</c>, <c>label</c>, <c>ts</c>, key numbers and kept flags).</summary>
internal static class StatisticsQueries
{
    public static Dictionary<Split, SplitStatistics> Splits(Session session, string relation)
    {
        var splits = new Dictionary<Split, SplitStatistics>();
        session.Read($"SELECT split, count(*), avg(CAST(label AS DOUBLE)), min(ts), max(ts) FROM {relation} GROUP BY split ORDER BY split", row =>
            splits.Add((Split)row.GetByte(0), new SplitStatistics(row.GetInt64(1), row.GetDouble(2), Time(row.GetInt64(3)), Time(row.GetInt64(4)))));
        return splits;
    }

    public static TaskStatistics Task(Session session, string relation, string name, KeySet key)
    {
        var kept = Splitting.Kept(key);
        session.Execute(
            $"""
            CREATE TABLE counts AS
            SELECT split, {key.Id} AS id, count(*) FILTER ({kept}) AS n, count(*) FILTER (NOT {kept}) AS capped,
                min(label) FILTER ({kept}) = max(label) FILTER ({kept}) AS one_class
            FROM {relation} GROUP BY ALL
            """);
        var splits = new Dictionary<Split, TaskSplitStatistics>();
        session.Read(
            """
            SELECT split, CAST(sum(n) AS BIGINT), CAST(sum(capped) AS BIGINT), count(*), count(*) FILTER (id NOT IN (SELECT id FROM counts WHERE split = 0)), count(*) FILTER (one_class),
                min(n), quantile_disc(n, 0.5), avg(n), quantile_disc(n, 0.9), quantile_disc(n, 0.99), max(n)
            FROM counts GROUP BY split ORDER BY split
            """,
            row => splits.Add((Split)row.GetByte(0), Read(row)));
        session.Drop("counts");
        return new TaskStatistics(name, splits);
    }

    private static TaskSplitStatistics Read(DuckDB.NET.Data.DuckDBDataReader row)
    {
        long Integer(int column) => Convert.ToInt64(row.GetValue(column), CultureInfo.InvariantCulture);
        var samples = new Distribution(Integer(6), Integer(7), row.GetDouble(8), Integer(9), Integer(10), Integer(11));
        return new TaskSplitStatistics(Integer(1), Integer(2), Integer(3), Integer(4), Integer(5), samples);
    }

    private static DateTimeOffset Time(long micros) => DateTimeOffset.UnixEpoch.AddMicroseconds(micros);
}
