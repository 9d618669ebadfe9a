using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;
using LiMaml.Preparation.Statistics;

namespace LiMaml.Preparation.Steps;

/// <summary>Counts, while rows pass, those without a known category.</summary>
internal sealed class UnknownShares(DatasetSchema schema)
{
    private readonly Dictionary<(string Feature, Split Split), long> unknown = [];
    private readonly Dictionary<Split, long> total = [];

    public void Add(Split split, RowGroup rows)
    {
        total[split] = total.GetValueOrDefault(split) + rows.RowCount;
        foreach (var (name, column) in rows.Columns)
        {
            var count = column switch
            {
                CategoricalColumn categorical => categorical.Indices.Count(index => index == 0),
                MultiValuedColumn lists => Enumerable.Range(0, rows.RowCount).Count(row => lists.Offsets[row] == lists.Offsets[row + 1]),
                _ => 0,
            };
            unknown[(name, split)] = unknown.GetValueOrDefault((name, split)) + count;
        }
    }

    public IReadOnlyList<CategoryStatistics> Categories() =>
    [
        .. schema.Features
            .Where(feature => feature is CategoricalFeature or MultiValuedFeature)
            .Select(feature => new CategoryStatistics(feature.Name, SizeOf(feature) - 1, Shares(feature.Name))),
    ];

    private static int SizeOf(Feature feature) => feature is CategoricalFeature categorical ? categorical.Size : ((MultiValuedFeature)feature).Size;

    private Dictionary<Split, double> Shares(string feature) =>
        total.ToDictionary(split => split.Key, split => (double)unknown[(feature, split.Key)] / split.Value);
}
