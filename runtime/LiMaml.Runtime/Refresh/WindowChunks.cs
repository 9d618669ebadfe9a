using LiMaml.Runtime.Windows;

namespace LiMaml.Runtime.Refresh;

/// <summary>Cuts a stream of windows into chunks.</summary>
internal static class WindowChunks
{
    /// <summary>Chunks that are passed on as soon as they have <paramref name="chunkRows"/> samples; none is empty.</summary>
    /// <param name="windows">Read as chunks are asked for.</param>
    /// <param name="capacity">Most recent samples kept of a window, at least 1.</param>
    /// <param name="chunkRows">At least 1.</param>
    public static IEnumerable<IReadOnlyList<Window>> Of(IEnumerable<Window> windows, int capacity, int chunkRows)
    {
        var chunk = new List<Window>();
        var rows = 0;
        foreach (var window in windows)
        {
            chunk.Add(Trim(window, capacity));
            rows += chunk[^1].Samples.Count;
            if (rows >= chunkRows)
            {
                yield return chunk;
                (chunk, rows) = ([], 0);
            }
        }

        if (chunk.Count > 0)
        {
            yield return chunk;
        }
    }

    private static Window Trim(Window window, int capacity) =>
        window.Samples.Count <= capacity ? window : window with { Samples = [.. window.Samples.Skip(window.Samples.Count - capacity)] };
}
