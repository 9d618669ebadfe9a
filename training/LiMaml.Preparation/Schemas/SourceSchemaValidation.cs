using System.Globalization;
using LiMaml.Models;
using LiMaml.Models.Schemas;

namespace LiMaml.Preparation.Schemas;

/// <summary>What a <see cref="SourceSchema"/> must satisfy beyond being well-formed JSON; columns are checked when the data is opened.</summary>
internal static class SourceSchemaValidation
{
    public static void Validate(SourceSchema schema, string where)
    {
        Require(schema.FormatVersion == SourceSchema.CurrentFormatVersion, $"{where}: formatVersion", schema.FormatVersion, $"{SourceSchema.CurrentFormatVersion}");
        ValidateFile(schema.Interactions, $"{where}: interactions");
        ValidateLabel(schema.Label, $"{where}: label");
        ValidateTables(schema, where);
        Each(schema.Features, $"{where}: features", feature => feature.Name, ValidateFeature);
        Each(schema.History, $"{where}: history", feature => feature.Name, (feature, place) => ValidateHistory(feature, schema, place));
        ValidateSplit(schema.Split, schema, $"{where}: split");
        var leak = schema.Split is RandomSplit ? schema.History.FirstOrDefault(feature => feature.Sees == HistoryScope.EarlierRows) : null;
        Require(leak is null, $"{where}: history '{leak?.Name}'.sees", "earlierRows with a random split", "earlierSplits: earlier rows may be test rows, whose labels would be in it");
        Require(schema.MaxSamplesPerTask is null or >= 1, $"{where}: maxSamplesPerTask", schema.MaxSamplesPerTask, "1 or more");

        // Names, task definitions and meta features obey the rules of the dataset that will come of it.
        SchemaValidation.Validate(schema.Outline(), where);
    }

    /// <summary>The schema of the dataset before anything is fitted.</summary>
    public static DatasetSchema Outline(this SourceSchema schema)
    {
        var features = schema.Features.Select(Outline).Concat(schema.History.Select(feature => new DenseFeature(feature.Name)));
        return new DatasetSchema(DatasetSchema.CurrentFormatVersion, schema.Name, schema.Label.Kind, [.. features], schema.Tasks);
    }

    private static Feature Outline(SourceFeature feature) => feature switch
    {
        SourceCategoricalFeature categorical => new CategoricalFeature(feature.Name, categorical.HashBuckets is null ? [] : null, categorical.HashBuckets),
        SourceMultiValuedFeature multiValued => new MultiValuedFeature(feature.Name, multiValued.HashBuckets is null ? [] : null, multiValued.HashBuckets, multiValued.MaxValues ?? 1),
        SourceVectorFeature vector => new VectorFeature(feature.Name, vector.Length),
        _ => new DenseFeature(feature.Name),
    };

    private static void ValidateFile(SourceFile file, string where)
    {
        Require(!string.IsNullOrWhiteSpace(file.Path), $"{where}.path", "an empty path", "a file or folder");
        Require(file.Delimiter.Length is >= 1 and <= 4 && !file.Delimiter.AsSpan().ContainsAny("\"\r\n"), $"{where}.delimiter", $"'{file.Delimiter}'", "1 to 4 characters without quotes and line ends");
        Require(file.Header || file.Columns is { Count: > 0 }, $"{where}.columns", "none", "the names of the columns, since header is false");
        Require(!file.Header || file.Columns is null, $"{where}.columns", "names", "none, since the files have a header (or header: false)");
    }

    private static void ValidateLabel(SourceLabel label, string where)
    {
        Require(label.Threshold is null || label.Above is null, where, "both threshold and above", "one of them");
        var cut = label.Threshold ?? label.Above;
        Require(cut is null || label.Kind == LabelKind.Binary, where, $"a threshold for {label.Kind.ToString().ToLowerInvariant()} labels", "kind binary, or no threshold");
        Require(cut is null || double.IsFinite(cut.Value), where, cut, "a finite threshold");
        ValidateGrades(label, $"{where}.grades");
    }

    private static void ValidateGrades(SourceLabel label, string where)
    {
        if (label.Grades is not { } grades)
        {
            return;
        }

        Require(label.Kind == LabelKind.Graded, where, $"some, for {label.Kind.ToString().ToLowerInvariant()} labels", "kind graded, or no grades");
        Require(grades.Count >= 2, where, grades.Count, "two or more");
        foreach (var (index, point) in grades.Index())
        {
            Require(double.IsFinite(point.Value) && (index == 0 || point.Value > grades[index - 1].Value), $"{where}[{index}].value", point.Value, "a finite number above the one before");
            Require(point.Grade is >= 0 and <= 1, $"{where}[{index}].grade", point.Grade, "0 to 1");
        }
    }

    private static void ValidateTables(SourceSchema schema, string where)
    {
        Each(schema.Tables, $"{where}: tables", table => table.Name, (table, place) =>
        {
            Require(table.Name.Length > 0 && table.Name.All(character => char.IsAsciiLetterOrDigit(character) || character == '_'), $"{place}.name", $"'{table.Name}'", "ASCII letters, digits and underscores");
            ValidateFile(table.File, $"{place}.file");
            Require(table.Keys.Count > 0, $"{place}.keys", "none", "at least one column of the interactions");
            Require(table.TableKeys is null || table.TableKeys.Count == table.Keys.Count, $"{place}.tableKeys", table.TableKeys?.Count, $"{table.Keys.Count} names, one for each of keys");
        });
        var twice = schema.Tables.GroupBy(table => table.Name).FirstOrDefault(group => group.Count() > 1);
        Require(twice is null, $"{where}: tables", $"'{twice?.Key}' more than once", "distinct names");
    }

    private static void ValidateFeature(SourceFeature feature, string where)
    {
        switch (feature)
        {
            case SourceDenseFeature dense:
                ValidateBuckets(dense.Transform, dense.Buckets, where);
                ValidateMissing(dense.Missing, where);
                Require(dense.Missing is null or >= 0 || dense.Transform != DenseTransform.Log1p, $"{where}.missing", dense.Missing, "0 or more, for the transform log1p");
                break;
            case SourceCategoricalFeature categorical:
                ValidateVocabulary(categorical.HashBuckets, categorical.MinimumCount, categorical.MaxVocabulary, where);
                break;
            case SourceMultiValuedFeature multiValued:
                ValidateVocabulary(multiValued.HashBuckets, multiValued.MinimumCount, multiValued.MaxVocabulary, where);
                Require(multiValued.Separator.Length > 0, $"{where}.separator", "an empty separator", "at least one character");
                break;
            case SourceVectorFeature vector:
                Require(vector.Separator.Length > 0, $"{where}.separator", "an empty separator", "at least one character");
                ValidateMissing(vector.Missing, where);
                break;
        }
    }

    private static void ValidateMissing(double? missing, string where) =>
        Require(missing is null || float.IsFinite((float)missing), $"{where}.missing", missing, "a finite number");

    private static void ValidateVocabulary(int? hashBuckets, int minimumCount, int? maxVocabulary, string where)
    {
        Require(minimumCount >= 1, $"{where}.minimumCount", minimumCount, "1 or more");
        Require(maxVocabulary is null or >= 1, $"{where}.maxVocabulary", maxVocabulary, "1 or more");
        Require(hashBuckets is null || (minimumCount == 1 && maxVocabulary is null), where, "hashBuckets with minimumCount or maxVocabulary", "either hashing or a vocabulary");
    }

    private static void ValidateBuckets(DenseTransform transform, int? buckets, string where)
    {
        var bucketise = transform == DenseTransform.Bucketise;
        Require(bucketise == buckets is not null, $"{where}.buckets", buckets?.ToString(CultureInfo.InvariantCulture) ?? "none", bucketise ? "2 or more, for the transform bucketise" : "none unless transform is bucketise");
        Require(buckets is null or (>= 2 and <= 1024), $"{where}.buckets", buckets, "2 to 1024");
    }

    private static void ValidateHistory(HistoryFeature feature, SourceSchema schema, string where)
    {
        Require(feature.By.Count > 0, $"{where}.by", "none", "at least one key column");
        Require(double.IsFinite(feature.Smoothing) && feature.Smoothing > 0, $"{where}.smoothing", feature.Smoothing, "a finite number above 0");
        Require(feature.Of != HistoryStatistic.LogOdds || schema.Label.Kind != LabelKind.Real, $"{where}.of", "logOdds of real labels", "rate, or a binary or graded label");
        ValidateBuckets(feature.Transform ?? DenseTransform.None, feature.Buckets, where);
        Require(
            feature.Transform != DenseTransform.Log1p || feature.Of is HistoryStatistic.Count or HistoryStatistic.Recency || (feature.Of == HistoryStatistic.Rate && schema.Label.Kind != LabelKind.Real),
            $"{where}.transform",
            "log1p of a statistic that may be negative",
            "another transform");
        var valued = schema.Features.Where(candidate => candidate is SourceCategoricalFeature or SourceMultiValuedFeature).Select(candidate => candidate.Name).ToList();
        Require(feature.PerValueOf is null || valued.Contains(feature.PerValueOf), $"{where}.perValueOf", $"'{feature.PerValueOf}'", $"a categorical or multi-valued feature: {string.Join(", ", valued)}");
    }

    private static void ValidateSplit(SplitRule split, SourceSchema schema, string where)
    {
        Require(split.NewTasks is >= 0 and < 1, $"{where}.newTasks", split.NewTasks, "a share from 0 to below 1");
        var tasks = schema.Tasks.Select(task => task.Name).ToList();
        Require(split.NewTasksOf is null || tasks.Contains(split.NewTasksOf), $"{where}.newTasksOf", $"'{split.NewTasksOf}'", $"a task definition: {string.Join(", ", tasks)}");
        switch (split)
        {
            case PerTaskSplit perTask:
                ValidateFractions(perTask.Train, perTask.Validation, where);
                break;
            case RandomSplit random:
                ValidateFractions(random.Train, random.Validation, where);
                break;
            case ByTimeSplit byTime:
                Require(byTime.TestFrom >= byTime.ValidationFrom, $"{where}.testFrom", byTime.TestFrom.ToString("O", CultureInfo.InvariantCulture), $"a moment not before validationFrom, {byTime.ValidationFrom:O}");
                break;
        }
    }

    private static void ValidateFractions(double train, double validation, string where)
    {
        Require(train is > 0 and < 1, $"{where}.train", train, "a fraction above 0 and below 1");
        Require(validation >= 0 && train + validation < 1, $"{where}.validation", validation, "a fraction of 0 or more that leaves something for test");
    }

    private static void Each<T>(IReadOnlyList<T> items, string where, Func<T, string> name, Action<T, string> check)
    {
        for (var index = 0; index < items.Count; index++)
        {
            check(items[index], string.Create(CultureInfo.InvariantCulture, $"{where}[{index}] '{name(items[index])}'"));
        }
    }

    private static void Require(bool holds, string where, object? found, string expected)
    {
        if (!holds)
        {
            throw new InvalidInputException(where, Convert.ToString(found, CultureInfo.InvariantCulture) ?? "nothing", expected);
        }
    }
}
