using System.Runtime.CompilerServices;
using LiMaml.Models.Columnar;
using LiMaml.Models.Schemas;
using Parquet;
using Parquet.Schema;

namespace LiMaml.Models.Datasets;

/// <summary>One Parquet file of a partition.</summary>
/// <param name="FilePath">Where it is.</param>
/// <param name="RowCount">Rows, from its footer.</param>
internal sealed record PartFile(string FilePath, long RowCount)
{
    /// <summary>Opens a part to see whether it has the columns that <paramref name="schema"/> asks for.</summary>
    /// <exception cref="InvalidInputException">It has not, or is no Parquet file.</exception>
    public static async Task<PartFile> InspectAsync(string path, DatasetSchema schema, CancellationToken cancellation)
    {
        await using var reader = await ParquetFile.OpenAsync(path, cancellation).ConfigureAwait(false);
        _ = new PartColumns(reader.Schema, schema, schema.Features, path);
        return new PartFile(path, reader.RowGroups.Sum(group => group.RowCount));
    }

    /// <summary>Reads the row groups one after the other, each checked by itself.</summary>
    public async IAsyncEnumerable<(RowGroup Rows, string Where)> ReadAsync(DatasetSchema schema, IReadOnlyList<Feature> features, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var reader = await ParquetFile.OpenAsync(FilePath, cancellation).ConfigureAwait(false);
        var columns = new PartColumns(reader.Schema, schema, features, FilePath);
        var validation = new RowGroupValidation(schema);
        for (var index = 0; index < reader.RowGroupCount; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            var where = ParquetFile.Place(FilePath, index);
            using var group = reader.OpenRowGroupReader(index);
            var source = new ColumnReader(group, ParquetFile.RowCount(group, where), where);
            var rows = await columns.ReadAsync(source, cancellation).ConfigureAwait(false);
            validation.Validate(rows, where);
            yield return (rows, where);
        }
    }

    /// <summary>The columns of a part that are read.</summary>
    private sealed class PartColumns
    {
        private readonly DataField key;
        private readonly DataField timestamp;
        private readonly DataField label;
        private readonly DataField weight;
        private readonly DataField row;
        private readonly DataField? eventId;
        private readonly IReadOnlyList<(Feature Feature, DataField Field)> features;

        public PartColumns(ParquetSchema parquet, DatasetSchema schema, IReadOnlyList<Feature> features, string where)
        {
            key = Columns.Require(parquet, DatasetLayout.Key, ColumnKind.String, where);
            timestamp = Columns.Require(parquet, DatasetLayout.Timestamp, ColumnKind.Timestamp, where);
            label = Columns.Require(parquet, DatasetLayout.Label, ColumnKind.Float32, where);
            weight = Columns.Require(parquet, DatasetLayout.Weight, ColumnKind.Float32, where);
            row = Columns.Require(parquet, DatasetLayout.Row, ColumnKind.Int64, where);
            eventId = Columns.Find(parquet, DatasetLayout.EventId, ColumnKind.String, where);
            this.features = [.. features.Select(feature => (feature, Columns.Require(parquet, feature.Name, DatasetLayout.KindOf(feature), where)))];
        }

        public async Task<RowGroup> ReadAsync(ColumnReader source, CancellationToken cancellation)
        {
            var columns = new Dictionary<string, FeatureColumn>(features.Count);
            foreach (var (feature, field) in features)
            {
                columns.Add(feature.Name, await ReadAsync(source, feature, field, cancellation).ConfigureAwait(false));
            }

            return new RowGroup
            {
                Keys = await source.ReadStringsAsync(key, cancellation).ConfigureAwait(false),
                Timestamps = await source.ReadTimestampsAsync(timestamp, cancellation).ConfigureAwait(false),
                Labels = await source.ReadAsync<float>(label, cancellation).ConfigureAwait(false),
                Weights = await source.ReadAsync<float>(weight, cancellation).ConfigureAwait(false),
                Rows = await source.ReadAsync<long>(row, cancellation).ConfigureAwait(false),
                EventIds = eventId is null ? null : await source.ReadStringsAsync(eventId, cancellation).ConfigureAwait(false),
                Columns = columns,
            };
        }

        private static async Task<FeatureColumn> ReadAsync(ColumnReader source, Feature feature, DataField field, CancellationToken cancellation)
        {
            switch (feature)
            {
                case DenseFeature:
                    return new DenseColumn(await source.ReadAsync<float>(field, cancellation).ConfigureAwait(false));
                case CategoricalFeature:
                    return new CategoricalColumn(await source.ReadAsync<int>(field, cancellation).ConfigureAwait(false));
                case MultiValuedFeature multiValued:
                    var (offsets, indices) = await source.ReadListsAsync<int>(field, multiValued.MaxValues, cancellation).ConfigureAwait(false);
                    return new MultiValuedColumn(offsets, indices);
                default:
                    var length = ((VectorFeature)feature).Length;
                    return new VectorColumn(await source.ReadVectorsAsync(field, length, cancellation).ConfigureAwait(false), length);
            }
        }
    }
}
