using System.IO.Compression;
using LiMaml.Runtime.Batches;
using Parquet;
using Parquet.Schema;

namespace LiMaml.Runtime.Scoring;

/// <summary>Parquet, one row group for each batch of rows, zstd; no column has nulls.</summary>
internal sealed class ParquetScoreWriter : IScoreWriter
{
    private static readonly DataField<string> Key = new("key", false);
    private static readonly DateTimeDataField Timestamp =
        new("timestamp", DateTimeFormat.Timestamp, isAdjustedToUTC: true, unit: DateTimeTimeUnit.Micros, isNullable: false);

    private static readonly DataField<long> Row = new("row", false);
    private static readonly DataField<float> Label = new("label", false);
    private static readonly DataField<float> Logit = new("logit", false);
    private static readonly DataField<float> Probability = new("probability", false);
    private static readonly DataField<float> Prediction = new("prediction", false);
    private static readonly DataField<bool> Cold = new("cold", false);

    private readonly ParquetWriter writer;

    private ParquetScoreWriter(ParquetWriter writer) => this.writer = writer;

    /// <summary>Begins a file.</summary>
    /// <param name="stream">Stays open.</param>
    /// <param name="hasLogits">Whether there are logits and probabilities, or predictions.</param>
    /// <param name="cancellation">Ends the write.</param>
    public static async Task<ParquetScoreWriter> CreateAsync(Stream stream, bool hasLogits, CancellationToken cancellation)
    {
        var schema = hasLogits
            ? new ParquetSchema(Key, Timestamp, Row, Label, Logit, Probability, Cold)
            : new ParquetSchema(Key, Timestamp, Row, Label, Prediction, Cold);
        var options = new ParquetOptions { CompressionMethod = CompressionMethod.Zstd, CompressionLevel = CompressionLevel.Fastest };
        options.ColumnEncodingHints[Key.Name] = EncodingHint.Dictionary;
        return new ParquetScoreWriter(await ParquetWriter.CreateAsync(schema, stream, options, cancellationToken: cancellation));
    }

    /// <inheritdoc/>
    public async Task AppendAsync(ScoredRows rows, CancellationToken cancellation)
    {
        var (source, scores, cold) = rows;
        using var group = writer.CreateRowGroup();
        await group.WriteAsync(Key, source.Keys);
        await group.WriteAsync<DateTime>(Timestamp, Array.ConvertAll(source.Timestamps, time => EventTime.Of(time).UtcDateTime), null, null, cancellation);
        await group.WriteAsync<long>(Row, source.Rows, null, null, cancellation);
        await group.WriteAsync<float>(Label, source.Labels, null, null, cancellation);
        if (scores.Logits is not null)
        {
            await group.WriteAsync<float>(Logit, scores.Logits, null, null, cancellation);
        }

        await group.WriteAsync<float>(scores.Logits is null ? Prediction : Probability, scores.Predictions, null, null, cancellation);
        await group.WriteAsync<bool>(Cold, cold, null, null, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => writer.DisposeAsync();
}
