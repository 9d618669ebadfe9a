using System.Text.RegularExpressions;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation.Sources;

/// <summary>MovieLens-1M, or complete users of it: <c>ratings.dat</c>, <c>movies.dat</c> and <c>users.dat</c>, each possibly with <c>.gz</c>.</summary>
public sealed partial class MovieLens1M : IDataSource
{
    /// <inheritdoc/>
    public string Name => "movielens-1m";

    /// <inheritdoc/>
    public string Description => "MovieLens-1M: 1 million ratings of 3,900 films, from https://grouplens.org/datasets/movielens/1m/ (ratings.dat, movies.dat, users.dat)";

    /// <inheritdoc/>
    public Task<SourceSchema> ConvertAsync(string input, string output, bool overwrite = false, CancellationToken cancellationToken = default)
    {
        var (ratings, movies, users) = (OriginalFile.Find(input, "ratings.dat"), OriginalFile.Find(input, "movies.dat"), OriginalFile.Find(input, "users.dat"));
        var schema = MovieLensSchema.For(Name, new SourceCategoricalFeature { Name = "age", Column = "users.age" });
        return ConvertedFolder.WriteAsync(output, overwrite, schema, folder => Task.Run(() => Write(folder, ratings, movies, users, cancellationToken), cancellationToken), cancellationToken);
    }

    private static void Write(string folder, OriginalFile ratings, OriginalFile movies, OriginalFile users, CancellationToken cancellation)
    {
        using (var file = new CsvFile(folder, MovieLensSchema.Ratings, MovieLensSchema.RatingColumns))
        {
            foreach (var rating in ratings.Lines("::", 4, skipHeader: false, cancellation))
            {
                file.AddRow(rating);
            }
        }

        using (var file = new CsvFile(folder, MovieLensSchema.Movies, MovieLensSchema.MovieColumns))
        {
            foreach (var movie in movies.Lines("::", 3, skipHeader: false, cancellation))
            {
                file.AddRow(movie[0], movie[1], YearOf(movie[1]), movie[2]);
            }
        }

        using (var file = new CsvFile(folder, MovieLensSchema.Users, MovieLensSchema.UserColumns))
        {
            foreach (var user in users.Lines("::", 5, skipHeader: false, cancellation))
            {
                file.AddRow(user[0], user[2], user[1], user[3]);
            }
        }
    }

    // "Toy Story (1995)"
    private static string YearOf(string title) => Year().Match(title).Groups[1].Value;

    [GeneratedRegex(@"\((\d{4})\)\s*$")]
    private static partial Regex Year();
}
