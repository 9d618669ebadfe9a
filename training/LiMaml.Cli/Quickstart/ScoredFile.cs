using Parquet;
using Parquet.Schema;

namespace LiMaml.Cli.Quickstart;

/// <summary>What <c>score</c> wrote, read back.</summary>
/// <param name="Labels">0 or 1, in the dataset's order.</param>
/// <param name="Logits">In the same order; probabilities near 0 and 1 would tie.</param>
internal sealed record ScoredFile(IReadOnlyList<float> Labels, IReadOnlyList<float> Logits)
{
    /// <summary>The AUC; null where a class is missing.</summary>
    public double? Auc => Training.Evaluation.Metrics.Auc.Compute([.. Logits], [.. Labels]);

    /// <summary>Reads a Parquet file of scores.</summary>
    public static async Task<ScoredFile> ReadAsync(string path, CancellationToken cancellation)
    {
        await using var reader = await ParquetReader.CreateAsync(path, cancellationToken: cancellation);
        var (labels, logits) = (new List<float>(), new List<float>());
        for (var index = 0; index < reader.RowGroupCount; index++)
        {
            using var group = reader.OpenRowGroupReader(index);
            labels.AddRange(await ReadAsync(group, Field(reader, "label"), cancellation));
            logits.AddRange(await ReadAsync(group, Field(reader, "logit"), cancellation));
        }

        return new ScoredFile(labels, logits);
    }

    private static DataField Field(ParquetReader reader, string name) => reader.Schema.DataFields.Single(field => field.Name == name);

    private static async Task<float[]> ReadAsync(ParquetRowGroupReader group, DataField field, CancellationToken cancellation)
    {
        var values = new float[group.RowCount];
        await group.ReadRawAsync<float>(field, values, null, null, cancellation);
        return values;
    }
}
