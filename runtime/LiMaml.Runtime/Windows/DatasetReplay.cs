using LiMaml.Models.Datasets;
using LiMaml.Runtime.Events;

namespace LiMaml.Runtime.Windows;

/// <summary>A prepared dataset's rows as the events that they were.</summary>
public static class DatasetReplay
{
    /// <summary>The rows of some splits as events, by event time.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="splits">Which rows.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static IAsyncEnumerable<InteractionEvent> Read(Dataset dataset, IReadOnlyCollection<Split> splits, CancellationToken cancellation = default) => throw new NotImplementedException();
}
