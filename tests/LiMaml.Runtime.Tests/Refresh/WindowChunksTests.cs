using LiMaml.Runtime.Refresh;
using LiMaml.Runtime.Windows;

namespace LiMaml.Runtime.Tests.Refresh;

public sealed class WindowChunksTests
{
    [Fact]
    public void Of_ManyWindows_CutsWhereAChunkIsFull()
    {
        var windows = SampleWindows.Of(1, ("a", 2), ("b", 3), ("c", 1), ("d", 9), ("e", 1));
        var chunks = WindowChunks.Of(windows, capacity: 5, chunkRows: 5);
        Assert.Equal(["a b", "c d", "e"], chunks.Select(chunk => string.Join(' ', chunk.Select(window => window.Key))));
    }

    [Fact]
    public void Of_LongWindow_KeepsItsNewestSamples()
    {
        var window = SampleWindows.Of(1, ("a", 9))[0];
        var trimmed = Assert.Single(Assert.Single(WindowChunks.Of([window], capacity: 4, chunkRows: 100)));
        Assert.Equal(window.Samples.Skip(5), trimmed.Samples);
    }

    [Fact]
    public void Of_Windows_ReadsOneChunkAtATime()
    {
        var read = 0;
        var windows = SampleWindows.Of(1, ("a", 2), ("b", 2), ("c", 2), ("d", 2)).Select(window =>
        {
            read++;
            return window;
        });
        using var chunks = WindowChunks.Of(windows, 10, chunkRows: 4).GetEnumerator();
        Assert.True(chunks.MoveNext());
        Assert.Equal(2, read);
    }

    [Fact]
    public void Of_NoWindows_GivesNoChunk() => Assert.Empty(WindowChunks.Of(Array.Empty<Window>(), 1, 1));
}
