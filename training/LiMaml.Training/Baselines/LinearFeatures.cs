using LiMaml.Models.Network;
using LiMaml.Models.Schemas;
using LiMaml.Training.Data;

namespace LiMaml.Training.Baselines;

/// <summary>
/// Features as sparse rows for linear models: numbers transformed as the network does, buckets as 0/1 columns, a column for
/// each known category (1 where a row has it), vectors as they are.
/// </summary>
internal sealed class LinearFeatures
{
    private readonly int[] starts;
    private readonly int[] columns;
    private readonly double[] values;

    private LinearFeatures(int[] starts, int[] columns, double[] values, int columnCount)
    {
        (this.starts, this.columns, this.values, ColumnCount) = (starts, columns, values, columnCount);
    }

    /// <summary>Columns, may be 0.</summary>
    public int ColumnCount { get; }

    /// <summary>Columns that <paramref name="feature"/> takes.</summary>
    public static int Width(Feature feature) => feature switch
    {
        DenseFeature { Transform: DenseTransform.Bucketise } dense => dense.Boundaries?.Count ?? 0,
        CategoricalFeature categorical => categorical.Size - 1,
        MultiValuedFeature multiValued => multiValued.Size - 1,
        VectorFeature vector => vector.Length,
        _ => 1,
    };

    /// <summary>Encodes some features of every row.</summary>
    /// <param name="data">Rows whose global block reads at least these features.</param>
    /// <param name="layout">The layout of the global block's inputs.</param>
    /// <param name="features">Which, in any order.</param>
    public static LinearFeatures Encode(TaskData data, FeatureLayout layout, IReadOnlyCollection<Feature> features)
    {
        var encoders = new List<Action<int, Action<int, double>>>();
        var first = 0;
        foreach (var feature in features)
        {
            encoders.Add(Encoder(data, layout, feature, first));
            first += Width(feature);
        }

        var (starts, columns, values) = (new int[data.LabelValues.Length + 1], new List<int>(), new List<double>());
        for (var row = 0; row < data.LabelValues.Length; row++)
        {
            encoders.ForEach(encode => encode(row, (column, value) =>
            {
                columns.Add(column);
                values.Add(value);
            }));
            starts[row + 1] = columns.Count;
        }

        return new LinearFeatures(starts, [.. columns], [.. values], first);
    }

    /// <summary>A categorical feature's indices, one a row.</summary>
    public static int[] Categories(TaskData data, FeatureLayout layout, string feature)
    {
        var input = layout.Inputs.Single(input => input.Name == FeatureLayout.CategoricalInput);
        var indices = data.GlobalInputs[FeatureLayout.CategoricalInput].cpu().data<long>().ToArray();
        var column = input.Features.ToList().IndexOf(feature);
        return [.. Enumerable.Range(0, data.LabelValues.Length).Select(row => (int)indices[(row * input.Width) + column])];
    }

    /// <summary>A row's product with <paramref name="weights"/> [columns].</summary>
    public double Dot(int row, ReadOnlySpan<double> weights)
    {
        var sum = 0.0;
        for (var index = starts[row]; index < starts[row + 1]; index++)
        {
            sum += values[index] * weights[columns[index]];
        }

        return sum;
    }

    /// <summary>Adds a row times <paramref name="factor"/> to <paramref name="sums"/> [columns].</summary>
    public void Add(int row, double factor, Span<double> sums)
    {
        for (var index = starts[row]; index < starts[row + 1]; index++)
        {
            sums[columns[index]] += factor * values[index];
        }
    }

    private static Action<int, Action<int, double>> Encoder(TaskData data, FeatureLayout layout, Feature feature, int first)
    {
        switch (feature)
        {
            case DenseFeature dense:
                var numbers = Floats(data, FeatureLayout.DenseInput);
                var (column, width) = (layout.Dense.ToList().FindIndex(other => other.Name == dense.Name), layout.Dense.Count);
                return (row, add) => AddDense(dense, numbers[(row * width) + column], first, add);
            case CategoricalFeature categorical:
                var categories = Categories(data, layout, categorical.Name);
                return (row, add) => AddCategory(categories[row], first, add);
            case MultiValuedFeature multiValued:
                var lists = data.GlobalInputs[multiValued.Name].cpu().data<long>().ToArray();
                return (row, add) =>
                {
                    for (var index = 0; index < multiValued.MaxValues; index++)
                    {
                        AddCategory((int)lists[(row * multiValued.MaxValues) + index], first, add);
                    }
                };
            case VectorFeature vector:
                var vectors = Floats(data, vector.Name);
                return (row, add) =>
                {
                    for (var index = 0; index < vector.Length; index++)
                    {
                        add(first + index, vectors[(row * vector.Length) + index]);
                    }
                };
            default:
                throw new ArgumentException($"a feature of type {feature.GetType().Name}", nameof(feature));
        }
    }

    private static void AddDense(DenseFeature feature, float value, int first, Action<int, double> add)
    {
        if (feature.Transform is DenseTransform.Bucketise)
        {
            for (var bucket = 0; bucket < feature.Boundaries!.Count && value >= feature.Boundaries[bucket]; bucket++)
            {
                add(first + bucket, 1);
            }

            return;
        }

        var raw = feature.Transform is DenseTransform.Log1p ? Math.Log(1 + value) : value;
        add(first, (raw - feature.Mean) / feature.StandardDeviation);
    }

    private static void AddCategory(int index, int first, Action<int, double> add)
    {
        if (index > 0)
        {
            add(first + index - 1, 1);
        }
    }

    private static float[] Floats(TaskData data, string input) => data.GlobalInputs[input].cpu().data<float>().ToArray();
}
