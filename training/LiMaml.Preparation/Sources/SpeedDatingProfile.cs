using System.Globalization;
using LiMaml.Models;

namespace LiMaml.Preparation.Sources;

/// <summary>What a participant of the speed-dating experiment said when registering.</summary>
internal static class SpeedDatingProfile
{
    private static readonly string[] Preferences = ["attr1_1", "sinc1_1", "intel1_1", "fun1_1", "amb1_1", "shar1_1"];
    private static readonly string[] SelfImage = ["attr3_1", "sinc3_1", "intel3_1", "fun3_1", "amb3_1"];
    private static readonly string[] Interests =
        ["sports", "tvsports", "exercise", "dining", "museums", "art", "hiking", "gaming", "clubbing", "reading", "tv", "theater", "movies", "concerts", "music", "shopping", "yoga"];

    // Ours, and the original's.
    private static readonly (string Column, string Original)[] Answers =
    [
        ("person_id", "iid"), ("gender", "gender"), ("race", "race"), ("field", "field_cd"), ("career", "career_c"), ("goal", "goal"),
        ("age", "age"), ("importance_of_race", "imprace"), ("importance_of_religion", "imprelig"), ("dates", "date"), ("outings", "go_out"),
        ("expected_happiness", "exphappy"), ("income", "income"), ("sat_score", "mn_sat"),
    ];

    public static int PreferenceCount => Preferences.Length;

    public static int SelfImageCount => SelfImage.Length;

    public static int InterestCount => Interests.Length;

    public static IReadOnlyList<string> Columns { get; } = [.. Answers.Select(answer => answer.Column), "preferences", "self_image", "interests"];

    public static IReadOnlyList<string> OriginalColumns { get; } = [.. Answers.Select(answer => answer.Original), .. Preferences, .. SelfImage, .. Interests];

    /// <summary>The cells of <see cref="Columns"/>. Points given to preferences become shares (some waves gave 100 in total, some 10 each); scales to 10 become shares of 10.</summary>
    public static IReadOnlyList<string> Row(Dictionary<string, string> record)
    {
        var total = Preferences.Sum(column => Number(record, column) ?? 0);
        return
        [
            .. Answers.Select(answer => record[answer.Original].Replace(",", "", StringComparison.Ordinal)), // "69,487.00"
            total > 0 ? Join(record, Preferences, total) : "",
            Join(record, SelfImage, 10),
            Join(record, Interests, 10),
        ];
    }

    public static int Integer(Dictionary<string, string> record, string column) =>
        int.TryParse(record[column], CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new InvalidInputException($"speed dating, participant {record["iid"]}, column '{column}'", $"'{record[column]}'", "an integer");

    // All of the numbers, or nothing where one is missing.
    private static string Join(Dictionary<string, string> record, string[] columns, double scale)
    {
        var numbers = columns.Select(column => Number(record, column)).ToList();
        return numbers.Contains(null) ? "" : string.Join(' ', numbers.Select(number => (number!.Value / scale).ToString("0.####", CultureInfo.InvariantCulture)));
    }

    private static double? Number(Dictionary<string, string> record, string column) =>
        record[column].Length == 0 ? null
        : double.TryParse(record[column], CultureInfo.InvariantCulture, out var value) ? value
        : throw new InvalidInputException($"speed dating, participant {record["iid"]}, column '{column}'", $"'{record[column]}'", "a number");
}
