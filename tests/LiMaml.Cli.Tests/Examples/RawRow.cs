using System.Text.Json.Nodes;
using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;

namespace LiMaml.Cli.Tests.Examples;

/// <summary>An interaction over the <see cref="SampleSchema"/> before any encoding, as an application has it.</summary>
internal sealed record RawRow(string Member, float Label, float Weight, IReadOnlyDictionary<string, object> Values)
{
    private static readonly string[] Cities = ["a", "b", "c", "nowhere", ""];
    private static readonly string[] Genres = ["x", "y", "z", "noir"];
    private static readonly string[] Items = ["foobar", "Müller", "東京", "17"];

    public static RawRow Draw(string member, Random random) => new(member, random.Next(2), 0.5f + (random.Next(4) / 4f), new Dictionary<string, object>
    {
        ["age"] = (float)random.Next(18, 70),
        ["visits"] = (float)random.Next(40),
        ["raw"] = random.NextSingle() - 0.5f,
        ["hour"] = (float)(random.Next(4) * 6),
        ["member"] = member,
        ["city"] = Cities[random.Next(Cities.Length)],
        ["item"] = Items[random.Next(Items.Length)],
        ["genres"] = Enumerable.Range(0, random.Next(7)).Select(_ => Genres[random.Next(Genres.Length)]).ToArray(),
        ["taste"] = Enumerable.Range(0, 5).Select(_ => random.NextSingle() - 0.5f).ToArray(),
    });

    /// <summary>When the row of a number came, in microseconds: now and then, and sometimes after days.</summary>
    public static long Time(long row) => 1_000_000 * row * row * 900;

    /// <summary>As a request has it.</summary>
    public JsonObject Features() => new(Values.Select(value => KeyValuePair.Create(value.Key, Json(value.Value))));

    /// <summary>As a dataset has them; rows are numbered on from <paramref name="first"/>.</summary>
    public static RowGroup Encode(IReadOnlyList<RawRow> rows, IReadOnlyList<string> keys, long first) => new()
    {
        Keys = [.. keys],
        Timestamps = [.. rows.Select((_, row) => Time(first + row))],
        Labels = [.. rows.Select(row => row.Label)],
        Weights = [.. rows.Select(row => row.Weight)],
        Rows = [.. rows.Select((_, row) => first + row)],
        Columns = SampleSchema.Binary.Features.ToDictionary(feature => feature.Name, feature => Column(feature, rows)),
    };

    private static FeatureColumn Column(Feature feature, IReadOnlyList<RawRow> rows)
    {
        IEnumerable<T> All<T>() => rows.Select(row => (T)row.Values[feature.Name]);
        switch (feature)
        {
            case DenseFeature:
                return new DenseColumn([.. All<float>()]);
            case CategoricalFeature categorical:
                var encoding = FeatureEncoding.For(categorical);
                return new CategoricalColumn([.. All<string>().Select(value => encoding.Index(value))]);
            case MultiValuedFeature multiValued:
                var (lists, indices) = (FeatureEncoding.For(multiValued), new List<int>());
                int[] offsets = [0, .. All<string[]>().Select(values => { lists.AppendIndices(values, indices); return indices.Count; })];
                return new MultiValuedColumn(offsets, [.. indices]);
            case VectorFeature vector:
                return new VectorColumn([.. All<float[]>().SelectMany(values => values)], vector.Length);
            default:
                throw new NotSupportedException(feature.Name);
        }
    }

    private static JsonNode? Json(object value) => value switch
    {
        float number => JsonValue.Create(number),
        string text => JsonValue.Create(text),
        float[] numbers => new JsonArray([.. numbers.Select(number => (JsonNode?)JsonValue.Create(number))]),
        string[] texts => new JsonArray([.. texts.Select(text => (JsonNode?)JsonValue.Create(text))]),
        _ => throw new NotSupportedException($"{value}"),
    };
}
