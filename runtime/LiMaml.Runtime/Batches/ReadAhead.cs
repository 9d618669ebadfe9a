using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace LiMaml.Runtime.Batches;

/// <summary>Lets the next item be read while this one is computed with.</summary>
internal static class ReadAhead
{
    /// <summary>The items of <paramref name="source"/>, read on another thread, at most one ahead of the consumer.</summary>
    public static async IAsyncEnumerable<T> Ahead<T>(this IAsyncEnumerable<T> source, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var channel = Channel.CreateBounded<T>(1);
        var reading = Task.Run(() => ReadAsync(source, channel.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var item in channel.Reader.ReadAllAsync(cancellation))
            {
                yield return item;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    /// <summary>Never throws: what goes wrong reaches the consumer through the channel.</summary>
    private static async Task ReadAsync<T>(IAsyncEnumerable<T> source, ChannelWriter<T> target, CancellationToken stop)
    {
        try
        {
            await foreach (var item in source.WithCancellation(stop))
            {
                await target.WriteAsync(item, stop);
            }

            target.Complete();
        }
        catch (Exception error)
        {
            target.Complete(error);
        }
    }
}
