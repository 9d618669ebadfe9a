using LiMaml.Models.Datasets;

namespace LiMaml.Runtime.Batches;

/// <summary>One growing column of a <see cref="RowBuffer"/>.</summary>
internal abstract class ColumnBuffer
{
    /// <summary>An empty buffer for columns like <paramref name="column"/>.</summary>
    public static ColumnBuffer For(FeatureColumn column) => column switch
    {
        DenseColumn => new Dense(),
        CategoricalColumn => new Categorical(),
        MultiValuedColumn => new MultiValued(),
        VectorColumn vector => new Vector(vector.Length),
        _ => throw new NotSupportedException($"no buffer for {column.GetType().Name}"),
    };

    /// <summary>Appends <paramref name="count"/> rows of <paramref name="column"/> from <paramref name="first"/> on.</summary>
    public abstract void Append(FeatureColumn column, int first, int count);

    /// <summary>Removes rows; later rows move up.</summary>
    public abstract void Remove(int first, int count);

    /// <summary>A copy of what is held.</summary>
    public abstract FeatureColumn ToColumn();

    private sealed class Dense : ColumnBuffer
    {
        private readonly List<float> values = [];

        public override void Append(FeatureColumn column, int first, int count) =>
            values.AddRange(((DenseColumn)column).Values.AsSpan(first, count));

        public override void Remove(int first, int count) => values.RemoveRange(first, count);

        public override FeatureColumn ToColumn() => new DenseColumn([.. values]);
    }

    private sealed class Categorical : ColumnBuffer
    {
        private readonly List<int> indices = [];

        public override void Append(FeatureColumn column, int first, int count) =>
            indices.AddRange(((CategoricalColumn)column).Indices.AsSpan(first, count));

        public override void Remove(int first, int count) => indices.RemoveRange(first, count);

        public override FeatureColumn ToColumn() => new CategoricalColumn([.. indices]);
    }

    private sealed class MultiValued : ColumnBuffer
    {
        private readonly List<int> offsets = [0];
        private readonly List<int> indices = [];

        public override void Append(FeatureColumn column, int first, int count)
        {
            var (sourceOffsets, source) = (MultiValuedColumn)column;
            var shift = offsets[^1] - sourceOffsets[first];
            for (var row = first + 1; row <= first + count; row++)
            {
                offsets.Add(sourceOffsets[row] + shift);
            }

            indices.AddRange(source.AsSpan(sourceOffsets[first]..sourceOffsets[first + count]));
        }

        public override void Remove(int first, int count)
        {
            var (start, removed) = (offsets[first], offsets[first + count] - offsets[first]);
            indices.RemoveRange(start, removed);
            offsets.RemoveRange(first + 1, count);
            for (var row = first + 1; row < offsets.Count; row++)
            {
                offsets[row] -= removed;
            }
        }

        public override FeatureColumn ToColumn() => new MultiValuedColumn([.. offsets], [.. indices]);
    }

    private sealed class Vector(int length) : ColumnBuffer
    {
        private readonly List<float> values = [];

        public override void Append(FeatureColumn column, int first, int count) =>
            values.AddRange(((VectorColumn)column).Values.AsSpan(first * length, count * length));

        public override void Remove(int first, int count) => values.RemoveRange(first * length, count * length);

        public override FeatureColumn ToColumn() => new VectorColumn([.. values], length);
    }
}
