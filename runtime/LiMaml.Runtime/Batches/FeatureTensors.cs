using LiMaml.Models.Datasets;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Batches;

/// <summary>
/// Writes the features of chosen rows into a graph's input tensors, as a <see cref="FeatureLayout"/> lays them out:
/// raw dense values as float32, categories as int64, multi-valued features padded with 0, vectors as they are.
/// Immutable, hence thread-safe.
/// </summary>
/// <param name="layout">Which features, in which tensors.</param>
/// <param name="nameOf">What the graph calls a tensor of the layout, e.g. <see cref="GraphTensorNames.Support"/>; the same where null.</param>
public sealed class FeatureTensors(FeatureLayout layout, Func<string, string>? nameOf = null)
{
    private readonly Dictionary<string, string> names =
        layout.Inputs.ToDictionary(input => input.Name, input => nameOf?.Invoke(input.Name) ?? input.Name);

    /// <summary>Stands in a list of rows for a place that no row fills: all its values are 0.</summary>
    public const int Padding = -1;

    /// <summary>Names of the features read, each once.</summary>
    public IReadOnlyList<string> Features { get; } = [.. layout.Inputs.SelectMany(input => input.Features)];

    /// <summary>
    /// Fills this layout's tensors of <paramref name="batch"/>. Their leading axes, flattened ([rows, width] or
    /// [tasks, support, width]), have one place for each of <paramref name="places"/>.
    /// </summary>
    /// <param name="rows">Where the values come from.</param>
    /// <param name="places">For each place a row of <paramref name="rows"/>, or <see cref="Padding"/>.</param>
    /// <param name="batch">Sized already.</param>
    /// <exception cref="LiMaml.Models.InvalidInputException">The rows lack a feature, or hold it in another form than the layout's.</exception>
    public void Fill(RowGroup rows, ReadOnlySpan<int> places, GraphBatch batch)
    {
        for (var column = 0; column < layout.Dense.Count; column++)
        {
            var values = rows.Column<DenseColumn>(layout.Dense[column]).Values;
            FillStrided(values, places, batch.Float32(names[FeatureLayout.DenseInput]), layout.Dense.Count, column);
        }

        for (var column = 0; column < layout.Categorical.Count; column++)
        {
            var indices = rows.Column<CategoricalColumn>(layout.Categorical[column]).Indices;
            FillStrided(indices, places, batch.Int64(names[FeatureLayout.CategoricalInput]), layout.Categorical.Count, column);
        }

        foreach (var feature in layout.MultiValued)
        {
            FillPadded(rows.Column<MultiValuedColumn>(feature), feature.MaxValues, places, batch.Int64(names[feature.Name]));
        }

        foreach (var feature in layout.Vectors)
        {
            FillVectors(rows.Column<VectorColumn>(feature), feature, places, batch.Float32(names[feature.Name]));
        }
    }

    private static void FillStrided(float[] values, ReadOnlySpan<int> places, Span<float> target, int width, int column)
    {
        for (var place = 0; place < places.Length; place++)
        {
            target[(place * width) + column] = places[place] < 0 ? 0 : values[places[place]];
        }
    }

    private static void FillStrided(int[] values, ReadOnlySpan<int> places, Span<long> target, int width, int column)
    {
        for (var place = 0; place < places.Length; place++)
        {
            target[(place * width) + column] = places[place] < 0 ? 0 : values[places[place]];
        }
    }

    private static void FillPadded(MultiValuedColumn column, int width, ReadOnlySpan<int> places, Span<long> target)
    {
        target.Clear();
        for (var place = 0; place < places.Length; place++)
        {
            if (places[place] >= 0)
            {
                var indices = column.Indices.AsSpan(column.Offsets[places[place]]..column.Offsets[places[place] + 1]);
                var slots = target.Slice(place * width, width);
                for (var value = 0; value < Math.Min(indices.Length, width); value++)
                {
                    slots[value] = indices[value];
                }
            }
        }
    }

    private static void FillVectors(VectorColumn column, VectorFeature feature, ReadOnlySpan<int> places, Span<float> target)
    {
        var width = feature.Length;
        RowColumns.CheckLength(column, feature);
        for (var place = 0; place < places.Length; place++)
        {
            var slots = target.Slice(place * width, width);
            if (places[place] < 0)
            {
                slots.Clear();
            }
            else
            {
                column.Values.AsSpan(places[place] * width, width).CopyTo(slots);
            }
        }
    }
}
