using System.Globalization;
using LiMaml.Models;
using LiMaml.Models.Schemas;
using LiMaml.Preparation.Engine;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation.Steps;

/// <summary>
/// Learns normalisation and vocabularies from the training rows, all of them: before tasks are capped, so that every definition
/// shares one schema.
/// </summary>
internal sealed class Fitting(Session session, RowPlan plan, string relation)
{
    private readonly string training = $"(SELECT * FROM {relation} WHERE split = 0)";

    /// <summary>The fitted schema. Vocabularies also become tables of the engine: see <see cref="CategoryEncoding"/>.</summary>
    /// <exception cref="InvalidInputException">A bucketised feature has a single value.</exception>
    public DatasetSchema Fit()
    {
        var moments = FitMoments();
        var features = plan.Features.Select(feature => FitFeature(feature, moments))
            .Concat(plan.Schema.History.Select((feature, index) => FitDense(feature.Name, HistoryFeatures.Name(index), TransformOf(feature), feature.Buckets, moments)));
        return plan.Schema.Outline() with { Features = [.. features] };
    }

    private static DenseTransform TransformOf(HistoryFeature feature) =>
        feature.Transform ?? (feature.Of is HistoryStatistic.Count or HistoryStatistic.Recency ? DenseTransform.Log1p : DenseTransform.Standardise);

    private Feature FitFeature(PlannedFeature feature, Dictionary<string, (double Mean, double Deviation)> moments) => feature.Source switch
    {
        SourceDenseFeature dense => FitDense(dense.Name, feature.Target, dense.Transform, dense.Buckets, moments),
        SourceCategoricalFeature { HashBuckets: { } buckets } hashed => new CategoricalFeature(hashed.Name, null, buckets),
        SourceCategoricalFeature categorical => new CategoricalFeature(
            categorical.Name, FitVocabulary(feature, feature.Target, categorical.MinimumCount, categorical.MaxVocabulary)),
        SourceMultiValuedFeature multiValued => new MultiValuedFeature(
            multiValued.Name,
            multiValued.HashBuckets is null ? FitVocabulary(feature, $"unnest(list_distinct({feature.Target}))", multiValued.MinimumCount, multiValued.MaxVocabulary) : null,
            multiValued.HashBuckets,
            multiValued.MaxValues ?? FitMaxValues(feature)),
        SourceVectorFeature vector => new VectorFeature(vector.Name, vector.Length),
        _ => throw new InvalidInputException($"feature '{feature.Source.Name}'", feature.Source.GetType().Name, "dense, categorical, multiValued or vector"),
    };

    // One pass for all, in one thread: the order of summation decides the last bits.
    private Dictionary<string, (double Mean, double Deviation)> FitMoments()
    {
        var wanted = plan.Features.Where(feature => feature.Source is SourceDenseFeature).Select(feature => (feature.Target, ((SourceDenseFeature)feature.Source).Transform))
            .Concat(plan.Schema.History.Select((feature, index) => (Target: HistoryFeatures.Name(index), Transform: TransformOf(feature))))
            .Where(feature => feature.Transform is DenseTransform.Standardise or DenseTransform.Log1p)
            .ToList();
        var fitted = new Dictionary<string, (double Mean, double Deviation)>();
        if (wanted.Count == 0)
        {
            return fitted;
        }

        var values = wanted.Select(feature => feature.Transform == DenseTransform.Log1p ? $"ln(1 + CAST({feature.Target} AS DOUBLE))" : $"CAST({feature.Target} AS DOUBLE)");
        var query = $"SELECT {string.Join(", ", values.Select(value => $"avg({value}), stddev_pop({value})"))} FROM {training}";
        session.InOneThread(() => session.Read(query, row =>
        {
            for (var index = 0; index < wanted.Count; index++)
            {
                fitted[wanted[index].Target] = (row.GetDouble(2 * index), row.GetDouble((2 * index) + 1));
            }
        }));
        return fitted;
    }

    private DenseFeature FitDense(string name, string target, DenseTransform transform, int? buckets, Dictionary<string, (double Mean, double Deviation)> moments)
    {
        if (transform == DenseTransform.Bucketise)
        {
            return new DenseFeature(name, transform, Boundaries: FitBoundaries(name, target, buckets!.Value));
        }

        var (mean, deviation) = moments.GetValueOrDefault(target, (0, 1));
        return new DenseFeature(name, transform, (float)mean, (float)deviation > 0 ? (float)deviation : 1f);
    }

    private List<float> FitBoundaries(string name, string target, int buckets)
    {
        var boundaries = new SortedSet<float>();
        var fractions = string.Join(", ", Enumerable.Range(1, buckets - 1).Select(bucket => Sql.Number((double)bucket / buckets)));
        session.Read($"SELECT unnest(quantile_disc({target}, [{fractions}])) FROM {training}", row => boundaries.Add(row.GetFloat(0)));
        session.Read($"SELECT min({target}) FROM {training}", row => boundaries.Remove(row.GetFloat(0))); // true of every row
        return boundaries.Count > 0
            ? [.. boundaries]
            : throw new InvalidInputException($"feature '{name}', training rows", "no value above the least one at any boundary", "values that differ, for the transform bucketise");
    }

    private List<string> FitVocabulary(PlannedFeature feature, string value, int minimumCount, int? maxVocabulary)
    {
        var limit = maxVocabulary is { } most ? string.Create(CultureInfo.InvariantCulture, $"LIMIT {most}") : "";
        var table = CategoryEncoding.Vocabulary(feature);
        session.ExecuteInOrder(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            CREATE TABLE {table} AS
            SELECT value FROM (SELECT {value} AS value FROM {training})
            WHERE value <> '' GROUP BY value HAVING count(*) >= {minimumCount} ORDER BY count(*) DESC, value {limit}
            """));
        return [.. session.StreamInOrder($"SELECT value FROM {table}").Select(row => row.GetString(0))];
    }

    private int FitMaxValues(PlannedFeature feature) =>
        (int)Math.Max(1, session.Count($"SELECT coalesce(max(len(list_distinct({feature.Target}))), 1) FROM {training}"));
}
