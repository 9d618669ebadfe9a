using LiMaml.Models.Schemas;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation.Sources;

/// <summary>What the MovieLens sets have in common: ratings of at least 4 are positive, a task for each member and for each item.</summary>
internal static class MovieLensSchema
{
    public const string Ratings = "ratings.csv";
    public const string Movies = "movies.csv";
    public const string Users = "users.csv";

    public static IReadOnlyList<string> RatingColumns { get; } = ["user_id", "item_id", "rating", "timestamp"];

    public static IReadOnlyList<string> MovieColumns { get; } = ["item_id", "title", "year", "genres"];

    public static IReadOnlyList<string> UserColumns { get; } = ["user_id", "age", "gender", "occupation"];

    /// <param name="name">Name of the dataset.</param>
    /// <param name="age">Ages are numbers in one set and classes in the other.</param>
    public static SourceSchema For(string name, SourceFeature age) => new()
    {
        Name = name,
        Interactions = new SourceFile { Path = Ratings },
        Timestamp = new SourceTimestamp("timestamp", TimestampUnit.Seconds),
        Label = new SourceLabel { Column = "rating", Threshold = 4 },
        Tables =
        [
            new SourceTable { Name = "movies", File = new SourceFile { Path = Movies }, Keys = ["item_id"] },
            new SourceTable { Name = "users", File = new SourceFile { Path = Users }, Keys = ["user_id"] },
        ],
        Features =
        [
            new SourceCategoricalFeature { Name = "user_id" },
            new SourceCategoricalFeature { Name = "item_id" },
            age,
            new SourceCategoricalFeature { Name = "gender", Column = "users.gender" },
            new SourceCategoricalFeature { Name = "occupation", Column = "users.occupation" },
            new SourceMultiValuedFeature { Name = "genres", Column = "movies.genres" },
            new SourceDenseFeature { Name = "year", Column = "movies.year", Transform = DenseTransform.Bucketise, Buckets = 10, Missing = 1995 },
        ],

        // As fresh as what is trained or adapted on the splits before, for films and members alike: statistics that follow the member
        // row by row raise pooled AUC by the member's bias and lower the mean per-task AUC. Published figures cut ties by the order
        // of the file.
        History =
        [
            .. new[]
            {
                new HistoryFeature { Name = "item_log_odds", Of = HistoryStatistic.LogOdds, By = ["item_id"], Smoothing = 5 },
                new HistoryFeature { Name = "item_count", Of = HistoryStatistic.Count, By = ["item_id"] },
                new HistoryFeature { Name = "user_log_odds", Of = HistoryStatistic.LogOdds, By = ["user_id"], Smoothing = 5 },
                new HistoryFeature { Name = "user_count", Of = HistoryStatistic.Count, By = ["user_id"] },
                new HistoryFeature { Name = "user_genre_rate", Of = HistoryStatistic.Rate, By = ["user_id"], PerValueOf = "genres", Smoothing = 5 },
            }.Select(feature => feature with { Sees = HistoryScope.EarlierSplits }),
        ],
        Tasks =
        [
            new TaskDefinition("member", ["user_id"], ["age", "gender", "occupation"]),
            new TaskDefinition("item", ["item_id"], ["genres", "year"]),
        ],
        Split = new PerTaskSplit { Train = 0.5, Validation = 0.25, Ties = TieRule.ByOrder },
    };
}
