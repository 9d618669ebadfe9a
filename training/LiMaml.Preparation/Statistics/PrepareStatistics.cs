using LiMaml.Models.Datasets;

namespace LiMaml.Preparation.Statistics;

/// <summary>What was read, kept and dropped, and why; written beside the dataset as <c>statistics.json</c>.</summary>
public sealed record PrepareStatistics
{
    /// <summary>Name of the dataset.</summary>
    public required string Name { get; init; }

    /// <summary>Interactions read from the source.</summary>
    public required long ReadRowCount { get; init; }

    /// <summary>Interactions dropped because an earlier one in the source has the same event id.</summary>
    public required long DuplicateRowCount { get; init; }

    /// <summary>The rows left, by split, before tasks are capped. Splits without rows are absent.</summary>
    public required IReadOnlyDictionary<Split, SplitStatistics> Splits { get; init; }

    /// <summary>What each task definition's copy of the rows holds.</summary>
    public required IReadOnlyList<TaskStatistics> Tasks { get; init; }

    /// <summary>Categorical and multi-valued features.</summary>
    public required IReadOnlyList<CategoryStatistics> Categories { get; init; }

    /// <summary>Elapsed seconds from the start until everything but this file was written.</summary>
    public required double Seconds { get; init; }

    /// <summary>A table for people.</summary>
    public string ToText() => StatisticsText.Render(this);
}

/// <summary>Rows of one split.</summary>
/// <param name="RowCount">How many.</param>
/// <param name="LabelMean">Mean label; for binary labels the share of 1.</param>
/// <param name="First">Earliest event time.</param>
/// <param name="Last">Latest event time.</param>
public sealed record SplitStatistics(long RowCount, double LabelMean, DateTimeOffset First, DateTimeOffset Last);

/// <summary>One task definition.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Splits">What its partitions hold. Splits without rows are absent.</param>
public sealed record TaskStatistics(string Name, IReadOnlyDictionary<Split, TaskSplitStatistics> Splits);

/// <summary>One partition: a task definition's rows of one split, as kept.</summary>
/// <param name="RowCount">Rows kept.</param>
/// <param name="CappedRowCount">Rows dropped because the task has more recent ones than the schema keeps.</param>
/// <param name="TaskCount">Tasks with rows.</param>
/// <param name="ColdTaskCount">Of them, those without a training row.</param>
/// <param name="OneClassTaskCount">Of them, those whose kept labels are all equal: legal, but they have no AUC of their own.</param>
/// <param name="SamplesPerTask">Distribution of the rows kept for each task.</param>
public sealed record TaskSplitStatistics(
    long RowCount,
    long CappedRowCount,
    long TaskCount,
    long ColdTaskCount,
    long OneClassTaskCount,
    Distribution SamplesPerTask);

/// <summary>A distribution of counts.</summary>
/// <param name="Minimum">Least.</param>
/// <param name="Median">Lower median.</param>
/// <param name="Mean">Mean.</param>
/// <param name="Percentile90">90 % are at most this.</param>
/// <param name="Percentile99">99 % are at most this.</param>
/// <param name="Maximum">Greatest.</param>
public sealed record Distribution(long Minimum, long Median, double Mean, long Percentile90, long Percentile99, long Maximum);

/// <summary>A categorical or multi-valued feature.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Size">Entries of its vocabulary, or hash buckets.</param>
/// <param name="UnknownShare">Share of the rows with no known value (a multi-valued feature: none in its list), by split, over the rows kept for the first task definition.</param>
public sealed record CategoryStatistics(string Name, int Size, IReadOnlyDictionary<Split, double> UnknownShare);
