using LiMaml.Models.Datasets;
using LiMaml.Preparation.Schemas;
using LiMaml.Preparation.Statistics;

namespace LiMaml.Preparation.Tests;

/// <summary>A dataset that a test prepared, and its statistics.</summary>
internal sealed record Prepared(Dataset Dataset, PrepareStatistics Statistics)
{
    public static async Task<Prepared> FromAsync(SourceSchema schema, string baseFolder, string output)
    {
        var statistics = await Preparer.PrepareAsync(new PrepareOptions { Schema = schema, BaseFolder = baseFolder, OutputFolder = output }, cancellationToken: TestContext.Current.CancellationToken);
        return new Prepared(Dataset.Open(output), statistics);
    }

    /// <summary>All rows of a partition.</summary>
    public async Task<RowGroup> RowsAsync(string task, Split split)
    {
        var groups = new List<RowGroup>();
        await foreach (var group in Dataset.ReadAsync(task, split, cancellationToken: TestContext.Current.CancellationToken))
        {
            groups.Add(group);
        }

        return RowGroups.Concatenate(groups);
    }
}
