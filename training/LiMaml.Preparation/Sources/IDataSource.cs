using LiMaml.Models;
using LiMaml.Preparation.Schemas;

namespace LiMaml.Preparation.Sources;

/// <summary>Known data that <c>prepare</c> needs no schema from the user for.</summary>
public interface IDataSource
{
    /// <summary>What users call it, e.g. <c>movielens-1m</c>.</summary>
    string Name { get; }

    /// <summary>One line for people: what it is and where it comes from.</summary>
    string Description { get; }

    /// <summary>
    /// Makes a folder with the data as CSV or Parquet and a source schema, <c>source.json</c>, whose paths are relative to it: the
    /// <see cref="PrepareOptions.BaseFolder"/>. The folder appears all at once or not at all.
    /// </summary>
    /// <param name="input">Folder with the original files; ignored by sources that make their data.</param>
    /// <param name="output">The folder to make.</param>
    /// <param name="overwrite">Whether a folder made earlier may be replaced.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What was written as <c>source.json</c>.</returns>
    /// <exception cref="InvalidInputException">An original file is missing or not what it should be.</exception>
    Task<SourceSchema> ConvertAsync(string input, string output, bool overwrite = false, CancellationToken cancellationToken = default);
}
