using System.Text.RegularExpressions;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation.Sources;

/// <summary>
/// MovieLens-100K, either as published (<c>u.data</c>, <c>u.item</c>, <c>u.user</c>) or as atomic files (<c>ml-100k.inter</c>,
/// <c>ml-100k.item</c>, <c>ml-100k.user</c>), each possibly with <c>.gz</c>.
/// </summary>
public sealed partial class MovieLens100K : IDataSource
{
    // The order of the flags in u.item.
    private static readonly string[] Genres =
        ["unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western"];

    /// <inheritdoc/>
    public string Name => "movielens-100k";

    /// <inheritdoc/>
    public string Description => "MovieLens-100K: 100,000 ratings of 1,682 films, from https://grouplens.org/datasets/movielens/100k/ (u.data, u.item, u.user)";

    /// <inheritdoc/>
    public Task<SourceSchema> ConvertAsync(string input, string output, bool overwrite = false, CancellationToken cancellationToken = default)
    {
        var published = OriginalFile.TryFind(input, "u.data") is not null;
        OriginalFile[] files = published
            ? [OriginalFile.Find(input, "u.data"), OriginalFile.Find(input, "u.item"), OriginalFile.Find(input, "u.user")]
            : [OriginalFile.Find(input, "ml-100k.inter", "u.data"), OriginalFile.Find(input, "ml-100k.item"), OriginalFile.Find(input, "ml-100k.user")];
        var schema = MovieLensSchema.For(Name, new SourceDenseFeature { Name = "age", Column = "users.age" });
        return ConvertedFolder.WriteAsync(
            output,
            overwrite,
            schema,
            folder => Task.Run(
                () =>
                {
                    Write(folder, MovieLensSchema.Ratings, MovieLensSchema.RatingColumns, files[0].Lines("\t", 4, !published, cancellationToken));
                    Write(folder, MovieLensSchema.Movies, MovieLensSchema.MovieColumns, published ? PublishedMovies(files[1], cancellationToken) : AtomicMovies(files[1], cancellationToken));
                    Write(folder, MovieLensSchema.Users, MovieLensSchema.UserColumns, files[2].Lines(published ? "|" : "\t", 5, !published, cancellationToken).Select(user => user[..4]));
                },
                cancellationToken),
            cancellationToken);
    }

    private static void Write(string folder, string name, IReadOnlyList<string> columns, IEnumerable<string[]> rows)
    {
        using var file = new CsvFile(folder, name, columns);
        foreach (var row in rows)
        {
            file.AddRow(row);
        }
    }

    // item_id, movie_title, release_year, class
    private static IEnumerable<string[]> AtomicMovies(OriginalFile file, CancellationToken cancellation) =>
        file.Lines("\t", 4, skipHeader: true, cancellation)
            .Select(movie => new[] { movie[0], movie[1], Year().Match(movie[2]).Value, string.Join('|', movie[3].Split(' ', StringSplitOptions.RemoveEmptyEntries)) });

    // id | title | release date such as 01-Jan-1995 | video release date | address | 19 flags
    private static IEnumerable<string[]> PublishedMovies(OriginalFile file, CancellationToken cancellation) =>
        file.Lines("|", 5 + Genres.Length, skipHeader: false, cancellation)
            .Select(movie => new[] { movie[0], movie[1], Year().Match(movie[2]).Value, string.Join('|', Genres.Where((_, genre) => movie[5 + genre] == "1")) });

    [GeneratedRegex(@"\d{4}$")]
    private static partial Regex Year();
}
