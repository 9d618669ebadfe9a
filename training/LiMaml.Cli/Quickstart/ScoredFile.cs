using LiMaml.Training.Evaluation.Metrics;
using Parquet;
using Parquet.Schema;

namespace LiMaml.Cli.Quickstart;

/// <summary>Reads back what <c>score</c> wrote.</summary>
internal static class ScoredFile
{
    /// <summary>The AUC of a Parquet file of scores; null where a class is missing.</summary>
    public static async Task<double?> AucAsync(string path, CancellationToken cancellation)
    {
        await using var reader = await ParquetReader.CreateAsync(path, cancellationToken: cancellation);
        var (labels, logits) = (new List<float>(), new List<float>());
        for (var index = 0; index < reader.RowGroupCount; index++)
        {
            using var group = reader.OpenRowGroupReader(index);
            labels.AddRange(await ReadAsync(group, Field(reader, "label"), cancellation));
            logits.AddRange(await ReadAsync(group, Field(reader, "logit"), cancellation)); // probabilities near 0 and 1 would tie
        }

        return Auc.Compute(logits.ToArray(), labels.ToArray());
    }

    private static DataField Field(ParquetReader reader, string name) => reader.Schema.DataFields.Single(field => field.Name == name);

    private static async Task<float[]> ReadAsync(ParquetRowGroupReader group, DataField field, CancellationToken cancellation)
    {
        var values = new float[group.RowCount];
        await group.ReadRawAsync<float>(field, values, null, null, cancellation);
        return values;
    }
}
