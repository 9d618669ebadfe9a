using LiMaml.Models;

namespace LiMaml.Preparation.Sources;

/// <summary>All data sources.</summary>
public static class DataSources
{
    /// <summary>Name of the source schema in a folder made by <see cref="IDataSource.ConvertAsync"/>.</summary>
    public const string SchemaFile = "source.json";

    /// <summary>Each source, with default options where it has any.</summary>
    public static IReadOnlyList<IDataSource> All { get; } = [new MovieLens100K(), new MovieLens1M(), new SpeedDating(), new Synthetic()];

    /// <summary>The source called <paramref name="name"/>.</summary>
    /// <exception cref="InvalidInputException">There is none; the message lists those there are.</exception>
    public static IDataSource Find(string name) =>
        All.FirstOrDefault(source => source.Name == name)
        ?? throw new InvalidInputException("source", $"'{name}'", $"one of {string.Join(", ", All.Select(source => source.Name))}");
}
