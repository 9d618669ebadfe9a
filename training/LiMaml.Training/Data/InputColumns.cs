using LiMaml.Models.Datasets;
using LiMaml.Models.Network;
using LiMaml.Training.Tensors;
using static TorchSharp.torch;

namespace LiMaml.Training.Data;

/// <summary>Collects the input tensors of a block from row groups.</summary>
internal sealed class InputColumns(FeatureLayout layout)
{
    private readonly Dictionary<string, List<float>> floats = layout.Inputs.Where(input => input.Kind is ElementKind.Float32).ToDictionary(input => input.Name, _ => new List<float>());
    private readonly Dictionary<string, List<long>> integers = layout.Inputs.Where(input => input.Kind is ElementKind.Int64).ToDictionary(input => input.Name, _ => new List<long>());

    /// <summary>Appends every row of <paramref name="rows"/>.</summary>
    public void Add(RowGroup rows)
    {
        foreach (var input in layout.Inputs)
        {
            var columns = input.Features.Select(feature => rows.Columns[feature]).ToList();
            for (var row = 0; row < rows.RowCount; row++)
            {
                columns.ForEach(column => Add(input, column, row));
            }
        }
    }

    /// <summary>[rows, width] each, the rows put in <paramref name="order"/> where it is given; the lists are left empty.</summary>
    public IReadOnlyDictionary<string, Tensor> ToTensors(Device device, int[]? order = null)
    {
        var tensors = new Dictionary<string, Tensor>();
        using var places = order is null ? null : tensor(Array.ConvertAll(order, row => (long)row), device: device);
        Tensor Ordered(Tensor rows)
        {
            if (places is null)
            {
                return rows;
            }

            using (rows)
            {
                return rows.index_select(0, places);
            }
        }

        foreach (var input in layout.Inputs)
        {
            tensors[input.Name] = Ordered(input.Kind is ElementKind.Float32
                ? AlignedTensor.Of(floats[input.Name].ToArray(), [floats[input.Name].Count / input.Width, input.Width], device: device)
                : tensor(integers[input.Name].ToArray(), device: device).reshape(-1, input.Width));
        }

        floats.Clear();
        integers.Clear();
        return tensors;
    }

    private void Add(BlockInput input, FeatureColumn column, int row)
    {
        switch (column)
        {
            case DenseColumn dense:
                floats[input.Name].Add(dense.Values[row]);
                break;
            case CategoricalColumn categorical:
                integers[input.Name].Add(categorical.Indices[row]);
                break;
            case MultiValuedColumn multiValued:
                AddPadded(integers[input.Name], multiValued, row, input.Width);
                break;
            case VectorColumn vector:
                floats[input.Name].AddRange(vector.Values.AsSpan(row * vector.Length, vector.Length));
                break;
            default:
                throw new InvalidOperationException($"a column of kind {column.GetType().Name} cannot be trained on");
        }
    }

    private static void AddPadded(List<long> values, MultiValuedColumn column, int row, int width)
    {
        var count = column.Offsets[row + 1] - column.Offsets[row];
        for (var index = 0; index < width; index++)
        {
            values.Add(index < count ? column.Indices[column.Offsets[row] + index] : 0);
        }
    }
}
