using System.Globalization;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Tests.Samples;

namespace LiMaml.Runtime.Tests.Events;

/// <summary>Valid events of <see cref="TestModel.Schema"/>, and what they are made of.</summary>
internal static class SampleEvents
{
    public static EventSchema Schema { get; } = EventSchema.For(TestModel.Schema);

    /// <summary>The clock of tests.</summary>
    public static DateTimeOffset Now { get; } = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>An event whose every value is spelled out.</summary>
    public static InteractionEvent Example { get; } = new()
    {
        Keys = new Dictionary<string, string> { ["member"] = "m1", ["item"] = "i|7" },
        EventTime = 1_767_607_200_000_000,
        Label = 1,
        Weight = 0.5f,
        EventId = "e-1",
        Features = new Dictionary<string, FeatureValue>
        {
            ["visits"] = new FeatureValue.Number(3),
            ["age"] = new FeatureValue.Number(31.25f),
            ["member"] = new FeatureValue.CategoryIndex(7),
            ["city"] = new FeatureValue.Category("a"),
            ["item"] = new FeatureValue.Category("i7"),
            ["genres"] = new FeatureValue.Categories(["x", "Müller"]),
            ["taste"] = new FeatureValue.Vector(new[] { 0.1f, -2, 0, 1e-20f }),
        },
    };

    /// <summary>An event as random as valid ones can be.</summary>
    public static InteractionEvent Random(Random random) => new()
    {
        Keys = new Dictionary<string, string> { ["member"] = Word(random), ["item"] = Word(random) },
        EventTime = random.NextInt64(4_000_000_000_000_000),
        Label = random.Next(2),
        Weight = random.Next(3) == 0 ? 1 : random.NextSingle() * 10,
        EventId = random.Next(3) == 0 ? null : Word(random),
        Features = TestModel.Schema.Features
            .Select(feature => (feature.Name, Value: Value(feature, random)))
            .Where(pair => pair.Value is not null)
            .ToDictionary(pair => pair.Name, pair => pair.Value!),
    };

    /// <summary>The same event with one feature changed, or without it.</summary>
    public static InteractionEvent With(this InteractionEvent interaction, string feature, FeatureValue? value)
    {
        var features = interaction.Features.Where(pair => pair.Key != feature).ToDictionary();
        if (value is not null)
        {
            features.Add(feature, value);
        }

        return interaction with { Features = features };
    }

    /// <summary>The same event with one key column changed.</summary>
    public static InteractionEvent WithKey(this InteractionEvent interaction, string column, string value) =>
        interaction with { Keys = new Dictionary<string, string>(interaction.Keys) { [column] = value } };

    /// <summary>Everything about an event, as text.</summary>
    public static string Text(InteractionEvent interaction) => string.Join('\n',
    [
        string.Create(CultureInfo.InvariantCulture, $"{interaction.EventId} {interaction.EventTime} {interaction.Label:R} {interaction.Weight:R}"),
        .. interaction.Keys.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"),
        .. interaction.Features.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}: {Text(pair.Value)}"),
    ]);

    private static string Text(FeatureValue value) => value switch
    {
        FeatureValue.Categories categories => string.Join(" & ", categories.Values),
        FeatureValue.CategoryIndices indices => $"[{string.Join(" & ", indices.Indices)}]",
        FeatureValue.Vector vector => string.Join(" ", vector.Values.ToArray().Select(number => number.ToString("R", CultureInfo.InvariantCulture))),
        _ => value.ToString(),
    };

    private static FeatureValue? Value(Feature feature, Random random) => feature switch
    {
        DenseFeature => new FeatureValue.Number(MathF.Exp((random.NextSingle() * 60) - 30)),
        CategoricalFeature { HashBuckets: { } buckets } when random.Next(2) == 0 => new FeatureValue.CategoryIndex(1 + random.Next(buckets)),
        CategoricalFeature => random.Next(4) == 0 ? null : new FeatureValue.Category(Word(random)),
        MultiValuedFeature => random.Next(4) == 0 ? null : new FeatureValue.Categories([.. Enumerable.Range(0, 1 + random.Next(5)).Select(_ => Word(random))]),
        VectorFeature vector => new FeatureValue.Vector(Enumerable.Range(0, vector.Length).Select(_ => random.NextSingle() - 0.5f).ToArray()),
        _ => throw new NotSupportedException(feature.Name),
    };

    private static string Word(Random random)
    {
        string[] pieces = ["a", "Z", "0", "é", "漢", "😀", "\"", "\\", "|", "\n", " ", "{", "\u200b", "<", new string('w', 40)];
        return string.Concat(Enumerable.Range(0, 1 + random.Next(6)).Select(_ => pieces[random.Next(pieces.Length)]));
    }
}
