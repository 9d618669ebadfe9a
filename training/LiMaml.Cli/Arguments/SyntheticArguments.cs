using System.CommandLine;
using LiMaml.Preparation.Sources;

namespace LiMaml.Cli.Arguments;

/// <summary>What <c>prepare --source synthetic</c> may be told about the data to make up.</summary>
internal sealed class SyntheticArguments
{
    private readonly Option<long?> rows = Text.Number("--rows", "Synthetic: interactions to make up. Default 200,000.", 1_000L, 1_000_000_000_000);
    private readonly Option<int?> members = Number("--members", "Synthetic: members. Default one for 80 rows.");
    private readonly Option<int?> items = Number("--items", "Synthetic: items. Default one for 400 rows.");
    private readonly Option<int?> topics = Number("--topics", "Synthetic: topics of items. Default 16.");
    private readonly Option<int?> types = Number("--types", "Synthetic: types of notification. Default 6.");
    private readonly Option<int?> days = Number("--days", "Synthetic: days covered; 70 % are train, 15 % validation, 15 % test. Default 60.");
    private readonly Option<int?> seed = Text.Number("--seed", "Synthetic: another seed, another world; the same seed, the same bytes. Default 1.", int.MinValue, int.MaxValue, "number");
    private readonly Option<bool> memberTypeTasks = new("--member-type-tasks") { Description = "Synthetic: also define tasks for each (member, type)." };

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [rows, members, items, topics, types, days, seed, memberTypeTasks];

    /// <summary>What was given.</summary>
    public SyntheticOptions Read(ParseResult result)
    {
        var defaults = new SyntheticOptions();
        return defaults with
        {
            RowCount = result.GetValue(rows) ?? defaults.RowCount,
            MemberCount = result.GetValue(members) ?? defaults.MemberCount,
            ItemCount = result.GetValue(items) ?? defaults.ItemCount,
            TopicCount = result.GetValue(topics) ?? defaults.TopicCount,
            TypeCount = result.GetValue(types) ?? defaults.TypeCount,
            DayCount = result.GetValue(days) ?? defaults.DayCount,
            Seed = result.GetValue(seed) ?? defaults.Seed,
            HasMemberTypeTasks = result.GetValue(memberTypeTasks),
        };
    }

    private static Option<int?> Number(string name, string description) => Text.Number(name, description, 1, int.MaxValue);
}
