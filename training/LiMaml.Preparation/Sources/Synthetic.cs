using System.Globalization;
using LiMaml.Models;
using LiMaml.Models.Schemas;
using LiMaml.Preparation.Schemas;
using LiMaml.Preparation.Sources.SyntheticData;

namespace LiMaml.Preparation.Sources;

/// <summary>
/// Notifications as in the paper's first experiment (§6.1), made up: members with hidden, slowly drifting tastes, a few types of notification,
/// power-law activity, lapsed and new members. What is hidden (tastes, qualities, affinities) is in no column; profiles hold weak hints of it.
/// </summary>
/// <param name="options">How much, and of what; null takes the defaults.</param>
public sealed class Synthetic(SyntheticOptions? options = null) : IDataSource
{
    private readonly SyntheticOptions options = options ?? new SyntheticOptions();

    /// <inheritdoc/>
    public string Name => "synthetic";

    /// <inheritdoc/>
    public string Description => "notifications to members with hidden, drifting tastes; made up, any number, the same for the same seed";

    /// <inheritdoc/>
    /// <exception cref="InvalidInputException">An option is out of range.</exception>
    public Task<SourceSchema> ConvertAsync(string input, string output, bool overwrite = false, CancellationToken cancellationToken = default)
    {
        var resolved = options.Resolve();
        return ConvertedFolder.WriteAsync(output, overwrite, SchemaOf(resolved), folder => Task.Run(() => Write(folder, resolved, cancellationToken), cancellationToken), cancellationToken);
    }

    private static void Write(string folder, SyntheticOptions options, CancellationToken cancellation)
    {
        var world = new World(options);
        WriteItems(folder, world.Items);
        WriteMembers(folder, world.Members);
        using var file = new CsvFile(folder, "notifications.csv", "timestamp", "member_id", "item_id", "type", "device", "hour", "tenure_days", "clicked");
        foreach (var sent in world.Notifications())
        {
            cancellation.ThrowIfCancellationRequested();
            file.Add(sent.Timestamp).Add('m', sent.Member).Add('i', sent.Item).Add('t', sent.Type).Add(World.Devices[sent.Device])
                .Add(sent.Hour).Add(sent.TenureDays).Add(sent.IsClicked ? 1 : 0).EndRow();
        }
    }

    private static void WriteItems(string folder, Items items)
    {
        using var file = new CsvFile(folder, "items.csv", "item_id", "topic", "item_quality");
        for (var item = 0; item < items.Count; item++)
        {
            file.Add('i', item).Add("topic", items.Topics[item]).Add(items.QualityProxies[item]).EndRow();
        }
    }

    private static void WriteMembers(string folder, Members members)
    {
        var interests = Enumerable.Range(0, Members.InterestCount).ToList();
        using var file = new CsvFile(folder, "members.csv", ["member_id", "country", .. interests.Select(Interest)]);
        for (var member = 0; member < members.Count; member++)
        {
            file.Add('m', member).Add("country", members.Countries[member]);
            foreach (var interest in interests)
            {
                file.Add(members.Interests[(member * Members.InterestCount) + interest]);
            }

            file.EndRow();
        }
    }

    private static string Interest(int index) => string.Create(CultureInfo.InvariantCulture, $"interest_{index}");

    private static SourceSchema SchemaOf(SyntheticOptions options)
    {
        string[] interests = [.. Enumerable.Range(0, Members.InterestCount).Select(Interest)];
        string[] profile = ["country", "tenure_days", .. interests];
        var validationDay = (int)Math.Round(options.DayCount * 0.7);
        var testDay = (int)Math.Round(options.DayCount * 0.85);
        return new SourceSchema
        {
            Name = "synthetic",
            Interactions = new SourceFile { Path = "notifications.csv" },
            Timestamp = new SourceTimestamp("timestamp", TimestampUnit.Microseconds),
            Label = new SourceLabel { Column = "clicked" },
            Tables =
            [
                new SourceTable { Name = "items", File = new SourceFile { Path = "items.csv" }, Keys = ["item_id"] },
                new SourceTable { Name = "members", File = new SourceFile { Path = "members.csv" }, Keys = ["member_id"] },
            ],
            Features =
            [
                new SourceCategoricalFeature { Name = "member_id" },
                new SourceCategoricalFeature { Name = "item_id", MinimumCount = 5 },
                new SourceCategoricalFeature { Name = "topic", Column = "items.topic" },
                new SourceDenseFeature { Name = "item_quality", Column = "items.item_quality" },
                new SourceCategoricalFeature { Name = "type" },
                new SourceCategoricalFeature { Name = "device" },
                new SourceCategoricalFeature { Name = "hour" },
                new SourceCategoricalFeature { Name = "country", Column = "members.country" },
                new SourceDenseFeature { Name = "tenure_days", Transform = DenseTransform.Log1p },
                .. interests.Select(interest => new SourceDenseFeature { Name = interest, Column = "members." + interest }),
            ],
            History =
            [
                new HistoryFeature { Name = "item_log_odds", Of = HistoryStatistic.LogOdds, By = ["item_id"] },
                new HistoryFeature { Name = "member_log_odds", Of = HistoryStatistic.LogOdds, By = ["member_id"] },
                new HistoryFeature { Name = "member_type_log_odds", Of = HistoryStatistic.LogOdds, By = ["member_id", "type"] },
                new HistoryFeature { Name = "member_count", Of = HistoryStatistic.Count, By = ["member_id"] },
                new HistoryFeature { Name = "member_recency", Of = HistoryStatistic.Recency, By = ["member_id"] },
            ],
            Tasks =
            [
                new TaskDefinition("member", ["member_id"], profile),
                .. options.HasMemberTypeTasks ? new[] { new TaskDefinition("member_type", ["member_id", "type"], [.. profile, "type"]) } : [],
            ],
            Split = new ByTimeSplit { ValidationFrom = options.Start.AddDays(validationDay), TestFrom = options.Start.AddDays(testDay) },
        };
    }
}
