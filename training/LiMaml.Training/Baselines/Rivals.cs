using LiMaml.Models;
using LiMaml.Models.Network;
using LiMaml.Models.Schemas;
using LiMaml.Training.Data;

namespace LiMaml.Training.Baselines;

/// <summary>Makes rivals from a dataset's features.</summary>
internal static class Rivals
{
    /// <summary>Categories of a feature that a random effect may have a slope for; keys with more only have an intercept of their own.</summary>
    private const int MostCategories = 64;

    private const int MostColumns = 256;

    /// <summary>Matrix factorisation of the tasks of <paramref name="data"/> and a categorical feature.</summary>
    /// <exception cref="InvalidInputException">The feature is not categorical.</exception>
    public static FactorisationRival Factorisation(TaskData data, DatasetSchema schema, string itemFeature, int threads)
    {
        var item = Categorical(schema, itemFeature, "matrix factorisation");
        var layout = new FeatureLayout(schema.Features);
        return new FactorisationRival(new BaselineRows(data), itemFeature, LinearFeatures.Categories(data, layout, itemFeature), item.Size, threads);
    }

    /// <summary>
    /// Random effects of tasks, and of the values of <paramref name="others"/>. The tasks' regressions read what is not a meta
    /// feature, the others' what is; the key itself, and features of many categories, enter the fixed effect only, if at all.
    /// </summary>
    /// <exception cref="InvalidInputException">One of the others is not a categorical feature, or a regression would have more than 256 columns.</exception>
    public static RandomEffectsRival RandomEffects(TaskData data, DatasetSchema schema, TaskDefinition task, IReadOnlyList<string> others, int threads)
    {
        var layout = new FeatureLayout(schema.Features);
        var rows = new BaselineRows(data);
        var shared = schema.Features.Where(feature => !task.Keys.Contains(feature.Name)).ToList();
        var small = shared.Where(feature => feature is DenseFeature or VectorFeature || LinearFeatures.Width(feature) <= MostCategories).ToList();
        LinearFeatures Encode(string of, bool meta) =>
            LinearFeatures.Encode(data, layout, Few(of, [.. small.Where(feature => feature.Name != of && task.MetaFeatures.Contains(feature.Name) == meta)]));
        var effects = new List<(string Name, RandomEffect Effect)> { (task.Name, new RandomEffect(rows.Tasks, rows.TaskCount, 0, Encode(task.Name, meta: false))) };
        foreach (var other in others)
        {
            var feature = Categorical(schema, other, "random effects");
            effects.Add((other, new RandomEffect(LinearFeatures.Categories(data, layout, other), feature.Size, 1, Encode(other, meta: true))));
        }

        return new RandomEffectsRival(rows, LinearFeatures.Encode(data, layout, shared), effects, threads);
    }

    private static CategoricalFeature Categorical(DatasetSchema schema, string name, string use) =>
        schema.Feature(name) as CategoricalFeature
        ?? throw new InvalidInputException($"{use}, feature '{name}'", "a feature that is not categorical", $"one of {string.Join(", ", schema.Features.OfType<CategoricalFeature>().Select(feature => feature.Name))}");

    private static List<Feature> Few(string of, List<Feature> features)
    {
        var columns = features.Sum(LinearFeatures.Width);
        return columns <= MostColumns ? features : throw new InvalidInputException($"random effects per {of}", $"features of {columns} columns", $"at most {MostColumns}");
    }
}
