using DuckDB.NET.Data;
using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;

namespace LiMaml.Preparation.Steps;

/// <summary>Values of one feature on their way into a <see cref="FeatureColumn"/>.</summary>
internal abstract class ColumnBuffer
{
    public static ColumnBuffer For(Feature feature) => feature switch
    {
        DenseFeature => new Dense(),
        CategoricalFeature => new Categorical(),
        MultiValuedFeature => new MultiValued(),
        VectorFeature vector => new Vector(vector.Length),
        _ => throw new NotSupportedException(feature.GetType().Name),
    };

    public abstract void Add(DuckDBDataReader row, int ordinal);

    /// <summary>The values so far; the buffer is empty afterwards.</summary>
    public abstract FeatureColumn Take();

    private sealed class Dense : ColumnBuffer
    {
        private readonly List<float> values = new(RowBatch.Capacity);

        public override void Add(DuckDBDataReader row, int ordinal) => values.Add(row.GetFloat(ordinal));

        public override FeatureColumn Take()
        {
            var column = new DenseColumn([.. values]);
            values.Clear();
            return column;
        }
    }

    private sealed class Categorical : ColumnBuffer
    {
        private readonly List<int> indices = new(RowBatch.Capacity);

        public override void Add(DuckDBDataReader row, int ordinal) => indices.Add(row.GetInt32(ordinal));

        public override FeatureColumn Take()
        {
            var column = new CategoricalColumn([.. indices]);
            indices.Clear();
            return column;
        }
    }

    private sealed class MultiValued : ColumnBuffer
    {
        private readonly List<int> offsets = [0];
        private readonly List<int> indices = [];

        public override void Add(DuckDBDataReader row, int ordinal)
        {
            if (!row.IsDBNull(ordinal))
            {
                indices.AddRange(row.GetFieldValue<List<int>>(ordinal));
            }

            offsets.Add(indices.Count);
        }

        public override FeatureColumn Take()
        {
            var column = new MultiValuedColumn([.. offsets], [.. indices]);
            offsets.RemoveRange(1, offsets.Count - 1);
            indices.Clear();
            return column;
        }
    }

    private sealed class Vector(int length) : ColumnBuffer
    {
        private readonly List<float> values = [];

        public override void Add(DuckDBDataReader row, int ordinal) => values.AddRange(row.GetFieldValue<List<float>>(ordinal));

        public override FeatureColumn Take()
        {
            var column = new VectorColumn([.. values], length);
            values.Clear();
            return column;
        }
    }
}
