using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;

namespace LiMaml.Runtime.Batches;

/// <summary>Finds a feature's column among rows, in the form its kind has.</summary>
internal static class RowColumns
{
    /// <summary>The column of <paramref name="feature"/>.</summary>
    /// <exception cref="InvalidInputException">It is missing or has another form.</exception>
    public static T Column<T>(this RowGroup rows, Feature feature)
        where T : FeatureColumn
    {
        rows.Columns.TryGetValue(feature.Name, out var column);
        return column as T ?? throw new InvalidInputException(
            $"feature '{feature.Name}' of the rows",
            column is null ? "no such column" : column.GetType().Name,
            $"a {typeof(T).Name}, as the model's schema says");
    }

    /// <summary>Checks that a vector column is as wide as its feature.</summary>
    /// <exception cref="InvalidInputException">It is not.</exception>
    public static void CheckLength(VectorColumn column, VectorFeature feature)
    {
        if (column.Length != feature.Length)
        {
            throw new InvalidInputException(
                $"feature '{feature.Name}' of the rows", $"vectors of {column.Length} numbers", $"{feature.Length} numbers, as the model's schema says");
        }
    }
}
