using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LiMaml.Models.Schemas;

namespace LiMaml.Runtime.Events;

/// <summary>What kind of value a feature has.</summary>
internal enum FeatureKind
{
    Number,
    Category,
    Categories,
    Vector,
}

/// <summary>A feature as events know it: no vocabulary, no transform.</summary>
/// <param name="Name">Unique.</param>
/// <param name="Kind">Of its values.</param>
/// <param name="Length">Numbers of a vector; 0 otherwise.</param>
internal sealed record EventFeature(string Name, FeatureKind Kind, int Length);

/// <summary>
/// The places of an event's values: key columns and features, each by name in the order of their UTF-8 bytes. Two schemas
/// that differ in vocabularies only have equal layouts, hence equal hashes.
/// </summary>
internal sealed class EventLayout
{
    private readonly FrozenDictionary<string, int> places;

    public EventLayout(LabelKind label, IEnumerable<string> keyColumns, IEnumerable<EventFeature> features)
    {
        Label = label;
        KeyColumns = [.. keyColumns.Distinct(StringComparer.Ordinal).Order(Models.Datasets.TaskKey.Comparer)];
        Features = [.. features.OrderBy(feature => feature.Name, StringComparer.Ordinal)];
        places = Features.Select((feature, place) => (feature.Name, place)).ToFrozenDictionary(pair => pair.Name, pair => pair.place, StringComparer.Ordinal);
        Number = BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(ToString())));
        Hash = Number.ToString("x16", CultureInfo.InvariantCulture);
    }

    public LabelKind Label { get; }

    public string[] KeyColumns { get; }

    public EventFeature[] Features { get; }

    /// <summary>The first 8 bytes of the SHA-256 of <see cref="ToString"/>, as a number.</summary>
    public ulong Number { get; }

    /// <summary>The same as 16 hexadecimal digits.</summary>
    public string Hash { get; }

    /// <summary>The layout of a dataset's events.</summary>
    public static EventLayout Of(DatasetSchema schema) => new(
        schema.Label,
        schema.Tasks.SelectMany(task => task.Keys),
        schema.Features.Select(feature => feature switch
        {
            DenseFeature => new EventFeature(feature.Name, FeatureKind.Number, 0),
            CategoricalFeature => new EventFeature(feature.Name, FeatureKind.Category, 0),
            MultiValuedFeature => new EventFeature(feature.Name, FeatureKind.Categories, 0),
            VectorFeature vector => new EventFeature(feature.Name, FeatureKind.Vector, vector.Length),
            _ => throw new NotSupportedException($"no event value for a {feature.GetType().Name}"),
        }));

    /// <summary>Where a feature's value stands; −1 where there is no such feature.</summary>
    public int PlaceOf(string name) => places.GetValueOrDefault(name, -1);

    /// <summary>The place of a feature by its name in UTF-16.</summary>
    public int PlaceOf(ReadOnlySpan<char> name) => places.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var place) ? place : -1;

    /// <summary>The written form that <see cref="Parse"/> reads and the hash covers; see "Schema hash" in the README.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("limaml-event-1\n").Append(Name(Label)).Append('\n');
        foreach (var column in KeyColumns)
        {
            text.Append("key ").Append(column).Append('\n');
        }

        foreach (var feature in Features)
        {
            text.Append(Name(feature.Kind)).Append(' ').Append(feature.Name);
            text.Append(feature.Kind == FeatureKind.Vector ? string.Create(CultureInfo.InvariantCulture, $" {feature.Length}\n") : "\n");
        }

        return text.ToString();
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static EventLayout Parse(string text)
    {
        var lines = text.Split('\n');
        if (lines.Length < 3 || lines[0] != "limaml-event-1" || LabelNamed(lines[1]) is not { } label || lines[^1].Length > 0)
        {
            throw new FormatException("no layout of events");
        }

        var parts = lines[2..^1].Select(line => line.Split(' ', 2)).ToList();
        if (parts.Any(part => part.Length != 2))
        {
            throw new FormatException("a line of a layout without a name");
        }

        return new EventLayout(
            label,
            parts.Where(part => part[0] == "key").Select(part => part[1]),
            parts.Where(part => part[0] != "key").Select(part => Feature(part[0], part[1])));
    }

    private static EventFeature Feature(string kind, string name) => kind switch
    {
        "number" => new EventFeature(name, FeatureKind.Number, 0),
        "category" => new EventFeature(name, FeatureKind.Category, 0),
        "categories" => new EventFeature(name, FeatureKind.Categories, 0),
        "vector" when name.Split(' ') is [var word, var length] && int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var numbers) =>
            new EventFeature(word, FeatureKind.Vector, numbers),
        _ => throw new FormatException($"no feature of events: {kind} {name}"),
    };

    private static string Name(LabelKind kind) => kind.ToString().ToLowerInvariant();

    private static LabelKind? LabelNamed(string name) => Enum.GetValues<LabelKind>().Where(kind => Name(kind) == name).Select(kind => (LabelKind?)kind).FirstOrDefault();

    private static string Name(FeatureKind kind) => kind switch
    {
        FeatureKind.Number => "number",
        FeatureKind.Category => "category",
        FeatureKind.Categories => "categories",
        _ => "vector",
    };
}
