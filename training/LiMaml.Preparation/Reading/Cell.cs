using System.Globalization;
using System.Text;
using LiMaml.Models;
using LiMaml.Models.Schemas;
using LiMaml.Preparation.Engine;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation.Reading;

/// <summary>
/// How one column of a raw table is read: <see cref="Value"/> converts the cell <see cref="Raw"/>; the first of
/// <see cref="Faults"/> that holds refuses the row.
/// </summary>
/// <param name="Target">Column of the engine's table.</param>
/// <param name="Source">Raw column.</param>
/// <param name="UsedBy">Part of the schema that asks for it, for messages.</param>
/// <param name="Value">SQL of the converted value.</param>
/// <param name="Faults">SQL conditions over <see cref="Target"/> and the raw cell, and what would be accepted.</param>
internal sealed record Cell(string Target, RawColumn Source, string UsedBy, string Value, IReadOnlyList<(string Condition, string Expected)> Faults)
{
    private const string Earliest = "631152000000000"; // 1990-01-01
    private const string NoTexts = "CAST([] AS VARCHAR[])";
    private const string Latest = "4102444800000000"; // 2100-01-01

    /// <summary>What to add to a message about the refused value given, or null.</summary>
    public Func<string, string?>? Hint { get; init; }

    /// <summary>SQL of the value of an interaction that a joined table has no row for; null where that is an error, or NULL where the cell has no faults.</summary>
    public string? Absent { get; init; }

    /// <summary>SQL of the cell as it is.</summary>
    public string Raw => RawOf(Target);

    /// <summary>Text; an empty cell is NULL.</summary>
    public static Cell Text(string target, RawColumn source, string usedBy, string? missing = null, string? required = null)
    {
        var text = TextOf(target, source);
        return new(
            target,
            source,
            usedBy,
            missing is null ? text : $"coalesce({text}, {Sql.Text(missing)})",
            required is null ? [] : [($"{target} IS NULL", required)])
        {
            Absent = missing is null ? null : Sql.Text(missing),
        };
    }

    /// <summary>A category: text that must not be empty, unless the feature says what an empty cell is.</summary>
    public static Cell Category(string target, RawColumn source, SourceCategoricalFeature feature, string usedBy) =>
        Text(target, source, usedBy, feature.Missing, feature.Missing is null ? "a category, or a value for `missing` in the schema" : null);

    /// <summary>A float32.</summary>
    public static Cell Number(string target, RawColumn source, string usedBy, double? missing = null, bool nonNegative = false)
    {
        var number = NumberOf(target, source, usedBy, "FLOAT");
        var absent = missing is null ? null : $"CAST({Sql.Number(missing.Value)} AS FLOAT)";
        var value = absent is null ? number : $"CASE WHEN {IsEmpty(target, source)} THEN {absent} ELSE {number} END";
        List<(string, string)> faults = [($"{target} IS NULL AND {IsEmpty(target, source)}", "a number, or a value for `missing` in the schema")];
        faults.Add(($"{target} IS NULL", "a number within float32"));
        faults.Add(($"NOT isfinite({target})", "a finite number within float32"));
        if (nonNegative)
        {
            faults.Add(($"{target} < 0", "a number of 0 or more"));
        }

        return new(target, source, usedBy, value, faults) { Absent = absent };
    }

    public static Cell Label(string target, RawColumn source, SourceLabel label)
    {
        const string UsedBy = "label";
        var number = NumberOf(target, source, UsedBy, "DOUBLE");
        (string Condition, string Expected)[] finite =
        [
            ($"{IsEmpty(target, source)}", "a label"),
            ($"{number} IS NULL", "a number"),
            ($"NOT isfinite({number})", "a finite number"),
        ];
        if (label.Kind == LabelKind.Real)
        {
            return new(target, source, UsedBy, $"CAST({number} AS FLOAT)", [.. finite, ($"NOT isfinite({target})", "a number within float32")]);
        }

        if (label.Kind == LabelKind.Graded)
        {
            return label.Grades is { } grades
                ? new(target, source, UsedBy, $"CAST(greatest(0, least(1, {Grade(number, grades)})) AS FLOAT)", finite)
                : new(target, source, UsedBy, $"CAST({number} AS FLOAT)", [.. finite, ($"{number} NOT BETWEEN 0 AND 1", "0 to 1 (or grades in the schema's label)")]);
        }

        var cut = (label.Threshold, label.Above) switch
        {
            ({ } threshold, _) => $"{number} >= {Sql.Number(threshold)}",
            (_, { } above) => $"{number} > {Sql.Number(above)}",
            _ => null,
        };
        return cut is not null
            ? new(target, source, UsedBy, $"CAST({cut} AS FLOAT)", finite)
            : new(target, source, UsedBy, $"CAST({number} AS FLOAT)", [.. finite, ($"{number} NOT IN (0, 1)", "0 or 1 (or a threshold in the schema's label)")]);
    }

    /// <summary>SQL of the line through the graded values; rounding may lead just outside 0 to 1.</summary>
    private static string Grade(string number, IReadOnlyList<GradedValue> grades)
    {
        var text = new StringBuilder($"CASE WHEN {number} <= {Sql.Number(grades[0].Value)} THEN {Sql.Number(grades[0].Grade)}");
        foreach (var (from, to) in grades.Zip(grades.Skip(1)))
        {
            var slope = (to.Grade - from.Grade) / (to.Value - from.Value);
            text.Append(CultureInfo.InvariantCulture, $" WHEN {number} < {Sql.Number(to.Value)} THEN {Sql.Number(from.Grade)} + ({number} - {Sql.Number(from.Value)}) * {Sql.Number(slope)}");
        }

        return text.Append(CultureInfo.InvariantCulture, $" ELSE {Sql.Number(grades[^1].Grade)} END").ToString();
    }

    /// <summary>Microseconds since 1970.</summary>
    public static Cell Time(string target, RawColumn source, TimestampUnit unit, string usedBy)
    {
        var value = Micros(target, source, unit, usedBy);
        return new(target, source, usedBy, value, [
            ($"{IsEmpty(target, source)}", "a timestamp"),
            ($"{target} IS NULL", unit == TimestampUnit.Iso8601 ? "an ISO 8601 date or time such as 2024-01-31T12:00:00Z" : "a number of " + UnitName(unit)),
            ($"{target} NOT BETWEEN {Earliest} AND {Latest}", $"a moment from 1990 to 2100 in {UnitName(unit)}"),
        ])
        {
            Hint = text => FittingUnit(text) is { } fitting && fitting != unit ? $"; the unit {UnitName(fitting)} would fit" : null,
        };
    }

    /// <summary>Texts without the empty ones.</summary>
    public static Cell Categories(string target, RawColumn source, SourceMultiValuedFeature feature, string usedBy)
    {
        if (!source.IsText && !source.IsList)
        {
            throw WrongType(source, usedBy, "text or a list");
        }

        var values = source.IsList ? $"CAST({RawOf(target)} AS VARCHAR[])" : $"string_split({RawOf(target)}, {Sql.Text(feature.Separator)})";
        var trimmed = $"list_filter(list_transform({values}, lambda x: trim(x)), lambda x: x <> '')";
        return new(target, source, usedBy, $"coalesce({trimmed}, {NoTexts})", []) { Absent = NoTexts };
    }

    /// <summary>A list of float32.</summary>
    public static Cell Numbers(string target, RawColumn source, SourceVectorFeature feature, string usedBy)
    {
        if (!source.IsText && !source.IsList)
        {
            throw WrongType(source, usedBy, "text or a list");
        }

        var cells = source.IsList ? $"CAST({RawOf(target)} AS DOUBLE[])" : $"string_split(trim({RawOf(target)}), {Sql.Text(feature.Separator)})";
        var numbers = $"list_transform({cells}, lambda x: TRY_CAST(x AS FLOAT))";
        var length = feature.Length.ToString(CultureInfo.InvariantCulture);
        var absent = feature.Missing is { } missing ? $"list_resize(CAST([] AS FLOAT[]), {length}, CAST({Sql.Number(missing)} AS FLOAT))" : null;
        var value = absent is null ? numbers : $"CASE WHEN {IsEmpty(target, source)} THEN {absent} ELSE {numbers} END";
        return new(target, source, usedBy, value, [
            ($"{target} IS NULL", $"{length} numbers, or a value for `missing` in the schema"),
            ($"len({target}) <> {length}", $"{length} numbers"),
            ($"len(list_filter({target}, lambda x: x IS NOT NULL AND isfinite(x))) <> {length}", $"{length} finite numbers within float32"),
        ])
        {
            Absent = absent,
        };
    }

    // The unit in which a value would be a moment from 1990 to 2100.
    private static TimestampUnit? FittingUnit(string text)
    {
        if (!double.TryParse(text, CultureInfo.InvariantCulture, out var value))
        {
            return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _) ? TimestampUnit.Iso8601 : null;
        }

        return Enum.GetValues<TimestampUnit>()
            .Where(unit => unit != TimestampUnit.Iso8601 && value * MicrosPer(unit) is >= 631152000000000d and <= 4102444800000000d)
            .Select(unit => (TimestampUnit?)unit)
            .FirstOrDefault();
    }

    private static string Micros(string target, RawColumn source, TimestampUnit unit, string usedBy)
    {
        var raw = RawOf(target);
        if (unit == TimestampUnit.Iso8601)
        {
            return source.IsTime ? $"epoch_us(CAST({raw} AS TIMESTAMPTZ))"
                : source.IsText ? $"epoch_us(TRY_CAST({raw} AS TIMESTAMPTZ))"
                : throw WrongType(source, usedBy, "text or a timestamp for the unit iso8601");
        }

        if (!source.IsText && !source.IsNumber)
        {
            throw WrongType(source, usedBy, source.IsTime ? "the unit iso8601 in the schema, since the column holds timestamps" : "a number");
        }

        // Until the year 2100 the double nearest to a time in seconds is within a quarter of a microsecond of it.
        return unit switch
        {
            TimestampUnit.Seconds => $"TRY_CAST(round(TRY_CAST({raw} AS DOUBLE) * 1e6) AS BIGINT)",
            TimestampUnit.Milliseconds => $"TRY_CAST(round(TRY_CAST({raw} AS DOUBLE) * 1e3) AS BIGINT)",
            TimestampUnit.Microseconds => $"TRY_CAST({raw} AS BIGINT)",
            _ => $"(TRY_CAST({raw} AS BIGINT) // 1000)",
        };
    }

    private static double MicrosPer(TimestampUnit unit) => unit switch
    {
        TimestampUnit.Seconds => 1e6,
        TimestampUnit.Milliseconds => 1e3,
        TimestampUnit.Microseconds => 1,
        _ => 1e-3,
    };

    private static string UnitName(TimestampUnit unit) => unit == TimestampUnit.Iso8601 ? "ISO 8601" : unit.ToString().ToLowerInvariant();

    private static string NumberOf(string target, RawColumn source, string usedBy, string type) =>
        source.IsText || source.IsNumber ? $"TRY_CAST({RawOf(target)} AS {type})" : throw WrongType(source, usedBy, "a number");

    private static string TextOf(string target, RawColumn source) =>
        source.IsText ? $"nullif({RawOf(target)}, '')" : $"nullif(CAST({RawOf(target)} AS VARCHAR), '')";

    private static string IsEmpty(string target, RawColumn source) =>
        source.IsText ? $"coalesce(trim({RawOf(target)}), '') = ''" : $"{RawOf(target)} IS NULL";

    private static string RawOf(string target) => target + "_raw";

    private static InvalidInputException WrongType(RawColumn source, string usedBy, string expected) =>
        new($"{usedBy}: column '{source.Name}'", $"values of type {source.Type}", expected);
}
