using LiMaml.Models.Schemas;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation.Sources;

/// <summary>
/// The speed-dating experiment of Fisman, Iyengar, Kamenica and Simonson (2006): who (the inviter) says yes to whom (the invitee). Only what was
/// known before a date is used: the registration survey of both, not their scorecards (ratings, the other's decision, match) nor later surveys.
/// </summary>
/// <remarks>
/// The data has no clock. Event times are made up from what it has: waves a week apart from 2002-10-01, dates of a night five minutes apart in
/// the inviter's <c>order</c>. Rows whose partner is not in the data get an invitee of their own, <c>wave:partner</c>, without a profile.
/// </remarks>
public sealed class SpeedDating : IDataSource
{
    private const string Unanswered = ""; // 'unknown' as a category

    private static readonly DateTimeOffset FirstWave = new(2002, 10, 1, 18, 0, 0, TimeSpan.Zero);
    private static readonly string[] DateColumns = ["iid", "wave", "order", "partner", "pid", "dec", "samerace", "int_corr", "round"];

    /// <inheritdoc/>
    public string Name => "speed-dating";

    /// <inheritdoc/>
    public string Description => "8,378 decisions at speed dates, from http://www.stat.columbia.edu/~gelman/arm/examples/speed.dating/ (Speed Dating Data.csv)";

    /// <inheritdoc/>
    public Task<SourceSchema> ConvertAsync(string input, string output, bool overwrite = false, CancellationToken cancellationToken = default)
    {
        var file = OriginalFile.Find(input, "speed-dating.csv", "Speed Dating Data.csv");
        return ConvertedFolder.WriteAsync(output, overwrite, Schema(), folder => Task.Run(() => Write(folder, file, cancellationToken), cancellationToken), cancellationToken);
    }

    private static void Write(string folder, OriginalFile file, CancellationToken cancellation)
    {
        using var dates = new CsvFile(folder, "dates.csv", "timestamp", "inviter_id", "invitee_id", "yes", "same_race", "interests_correlation", "date_number", "date_count");
        using var people = new CsvFile(folder, "people.csv", SpeedDatingProfile.Columns);
        var known = new HashSet<string>();
        foreach (var record in file.Records([.. DateColumns, .. SpeedDatingProfile.OriginalColumns], cancellation))
        {
            dates.AddRow(TimeOf(record), record["iid"], record["pid"].Length > 0 ? record["pid"] : $"{record["wave"]}:{record["partner"]}", record["dec"], record["samerace"], record["int_corr"], record["order"], record["round"]);
            if (known.Add(record["iid"]))
            {
                people.AddRow(SpeedDatingProfile.Row(record));
            }
        }
    }

    private static string TimeOf(Dictionary<string, string> record) =>
        FirstWave.AddDays(7 * (SpeedDatingProfile.Integer(record, "wave") - 1)).AddMinutes(5 * (SpeedDatingProfile.Integer(record, "order") - 1))
            .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private static SourceSchema Schema()
    {
        var people = new SourceFile { Path = "people.csv" };
        List<SourceFeature> inviter = [.. Profile("inviter")];
        List<SourceFeature> invitee = [.. Profile("invitee")];
        return new SourceSchema
        {
            Name = "speed-dating",
            Interactions = new SourceFile { Path = "dates.csv" },
            Timestamp = new SourceTimestamp("timestamp", TimestampUnit.Iso8601),
            Label = new SourceLabel { Column = "yes" },
            Tables =
            [
                new SourceTable { Name = "inviter", File = people, Keys = ["inviter_id"], TableKeys = ["person_id"] },
                new SourceTable { Name = "invitee", File = people, Keys = ["invitee_id"], TableKeys = ["person_id"] },
            ],
            Features =
            [
                new SourceCategoricalFeature { Name = "inviter_id" },
                new SourceCategoricalFeature { Name = "invitee_id" },
                new SourceDenseFeature { Name = "same_race", Transform = DenseTransform.None },
                new SourceDenseFeature { Name = "interests_correlation", Missing = 0 },
                new SourceDenseFeature { Name = "date_number" },
                new SourceDenseFeature { Name = "date_count" },
                .. inviter,
                .. invitee,
            ],
            History =
            [
                new HistoryFeature { Name = "inviter_log_odds", Of = HistoryStatistic.LogOdds, By = ["inviter_id"], Smoothing = 2 },
                new HistoryFeature { Name = "invitee_log_odds", Of = HistoryStatistic.LogOdds, By = ["invitee_id"], Smoothing = 2 },
            ],
            Tasks =
            [
                new TaskDefinition("inviter", ["inviter_id"], [.. inviter.Select(feature => feature.Name)]),
                new TaskDefinition("invitee", ["invitee_id"], [.. invitee.Select(feature => feature.Name)]),
            ],
            Split = new PerTaskSplit { Train = 0.5, Validation = 0.25 },
        };
    }

    // The middle of the answers stands for one not given.
    private static IEnumerable<SourceFeature> Profile(string who)
    {
        SourceCategoricalFeature Category(string column) => new() { Name = $"{who}_{column}", Column = $"{who}.{column}", Missing = Unanswered };
        SourceDenseFeature Number(string column, double missing, DenseTransform transform = DenseTransform.Standardise) => new() { Name = $"{who}_{column}", Column = $"{who}.{column}", Missing = missing, Transform = transform };
        SourceVectorFeature Numbers(string column, int length, double missing) => new() { Name = $"{who}_{column}", Column = $"{who}.{column}", Length = length, Missing = missing };
        return
        [
            Category("gender"), Category("race"), Category("field"), Category("career"), Category("goal"),
            Number("age", 26), Number("importance_of_race", 3), Number("importance_of_religion", 3), Number("dates", 5), Number("outings", 2), Number("expected_happiness", 6),
            Number("income", 43_000, DenseTransform.Log1p), Number("sat_score", 1300),
            Numbers("preferences", SpeedDatingProfile.PreferenceCount, 1.0 / SpeedDatingProfile.PreferenceCount),
            Numbers("self_image", SpeedDatingProfile.SelfImageCount, 0.7),
            Numbers("interests", SpeedDatingProfile.InterestCount, 0.6),
        ];
    }
}
