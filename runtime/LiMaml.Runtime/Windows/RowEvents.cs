using System.Globalization;
using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Events;

namespace LiMaml.Runtime.Windows;

/// <summary>Rows of a dataset as the events that they were, as far as the dataset still knows.</summary>
internal sealed class RowEvents
{
    private readonly string dataset;
    private readonly EventLayout layout;
    private readonly TaskDefinition task;
    private readonly int[] keyPlaces;
    private readonly Feature[] features;

    public RowEvents(DatasetSchema schema, EventLayout layout, TaskDefinition task)
    {
        this.layout = layout;
        this.task = task;
        dataset = schema.Name;
        keyPlaces = [.. task.Keys.Select(column => Array.IndexOf(layout.KeyColumns, column))];
        features = [.. layout.Features.Select(feature => schema.Feature(feature.Name))];
    }

    /// <summary>The event of one row, with the key columns of this definition.</summary>
    /// <exception cref="InvalidInputException">The row's key has not as many values as the definition has columns.</exception>
    public InteractionEvent Read(RowGroup rows, int row) => new()
    {
        Keys = new KeyValues(layout, Keys(rows.Keys[row])),
        EventTime = rows.Timestamps[row],
        Label = rows.Labels[row],
        Weight = rows.Weights[row],
        EventId = rows.EventIds?[row] ?? string.Create(CultureInfo.InvariantCulture, $"{dataset}-{rows.Rows[row]:D12}"),
        Features = new FeatureValues(layout, [.. features.Select(feature => Value(feature, rows.Columns[feature.Name], row))]),
    };

    private string?[] Keys(string key)
    {
        var parts = Split(key);
        if (parts.Count != keyPlaces.Length)
        {
            throw new InvalidInputException($"key '{key}' of dataset '{dataset}'", $"{parts.Count} values", $"{keyPlaces.Length}: {string.Join(", ", task.Keys)}");
        }

        var keys = new string?[layout.KeyColumns.Length];
        for (var part = 0; part < parts.Count; part++)
        {
            keys[keyPlaces[part]] = parts[part];
        }

        return keys;
    }

    /// <summary>The values that <see cref="TaskKey.Join"/> put together.</summary>
    private static List<string> Split(string key)
    {
        var parts = new List<string>();
        var part = new System.Text.StringBuilder();
        for (var place = 0; place < key.Length; place++)
        {
            if (key[place] == '|')
            {
                parts.Add(part.ToString());
                part.Clear();
            }
            else
            {
                place += key[place] == '\\' && place + 1 < key.Length ? 1 : 0;
                part.Append(key[place]);
            }
        }

        parts.Add(part.ToString());
        return parts;
    }

    private static FeatureValue? Value(Feature feature, FeatureColumn column, int row) => (feature, column) switch
    {
        (DenseFeature, DenseColumn dense) => new FeatureValue.Number(dense.Values[row]),
        (CategoricalFeature, CategoricalColumn { Indices: var indices }) when indices[row] == 0 => null,
        (CategoricalFeature { Vocabulary: { } vocabulary }, CategoricalColumn words) => new FeatureValue.Category(vocabulary[words.Indices[row] - 1]),
        (CategoricalFeature, CategoricalColumn hashed) => new FeatureValue.CategoryIndex(hashed.Indices[row]),
        (MultiValuedFeature multiValued, MultiValuedColumn lists) => Set(multiValued, lists.Indices.AsSpan(lists.Offsets[row], lists.Offsets[row + 1] - lists.Offsets[row])),
        (VectorFeature, VectorColumn vectors) => new FeatureValue.Vector(vectors.Values.AsMemory(row * vectors.Length, vectors.Length)),
        _ => throw new NotSupportedException($"no event value for a {feature.GetType().Name}"),
    };

    private static FeatureValue? Set(MultiValuedFeature feature, ReadOnlySpan<int> indices)
    {
        if (indices.IsEmpty)
        {
            return null;
        }

        if (feature.Vocabulary is not { } vocabulary)
        {
            return new FeatureValue.CategoryIndices(indices.ToArray());
        }

        var words = new string[indices.Length];
        for (var place = 0; place < words.Length; place++)
        {
            words[place] = vocabulary[indices[place] - 1];
        }

        return new FeatureValue.Categories(words);
    }
}
