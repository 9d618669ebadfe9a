using System.Globalization;
using LiMaml.Models;

namespace LiMaml.Preparation.Sources;

/// <summary>How much synthetic data to make, and of what.</summary>
public sealed record SyntheticOptions
{
    /// <summary>Notifications, at least 1,000 (10 million are fine: rows are written as they are made).</summary>
    public long RowCount { get; init; } = 200_000;

    /// <summary>Members, at least 10; 0 makes one for 80 notifications.</summary>
    public int MemberCount { get; init; }

    /// <summary>Items, at least 10; 0 makes one for 400 notifications, from 100 to 20,000.</summary>
    public int ItemCount { get; init; }

    /// <summary>Topics of items, at least 2.</summary>
    public int TopicCount { get; init; } = 16;

    /// <summary>Types of notification, at least 1.</summary>
    public int TypeCount { get; init; } = 6;

    /// <summary>Countries, at least 1.</summary>
    public int CountryCount { get; init; } = 12;

    /// <summary>Days, at least 10; 70 % of them are train, 15 % validation, 15 % test.</summary>
    public int DayCount { get; init; } = 60;

    /// <summary>First day, UTC.</summary>
    public DateTimeOffset Start { get; init; } = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Another seed, another world; the same seed, the same bytes.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Whether to define tasks for each (member, type) beside those for each member (Table 2 of the paper).</summary>
    public bool HasMemberTypeTasks { get; init; }

    /// <summary>These options with every 0 filled in.</summary>
    /// <exception cref="InvalidInputException">A value is out of range.</exception>
    internal SyntheticOptions Resolve()
    {
        Require(RowCount >= 1000, "rows", RowCount, "1,000 or more");
        var resolved = this with
        {
            MemberCount = MemberCount != 0 ? MemberCount : (int)Math.Clamp(RowCount / 80, 10, int.MaxValue / 16),
            ItemCount = ItemCount != 0 ? ItemCount : (int)Math.Clamp(RowCount / 400, 100, 20_000),
        };
        Require(resolved.MemberCount is >= 10 and <= int.MaxValue / 16, "members", MemberCount, "10 or more, or 0 for one in 80 rows");
        Require(resolved.ItemCount is >= 10 and <= 10_000_000, "items", ItemCount, "10 to 10 million, or 0 for one in 400 rows");
        Require(TopicCount >= 2, "topics", TopicCount, "2 or more");
        Require(TypeCount is >= 1 and <= 16, "types", TypeCount, "1 to 16");
        Require(CountryCount >= 1, "countries", CountryCount, "1 or more");
        Require(DayCount is >= 10 and <= 3650, "days", DayCount, "10 to 3,650");
        return resolved;
    }

    private static void Require(bool holds, string what, long found, string expected)
    {
        if (!holds)
        {
            throw new InvalidInputException($"synthetic data: {what}", found.ToString(CultureInfo.InvariantCulture), expected);
        }
    }
}
