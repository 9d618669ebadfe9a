using LiMaml.Runtime.Batches;

namespace LiMaml.Runtime.Tests.Batches;

public class ReadAheadTests
{
    [Fact]
    public void Ahead_AnyItems_GivesThemInOrder() =>
        Assert.Equal(Enumerable.Range(0, 100), Count(100).Ahead(CancellationToken.None).ToBlockingEnumerable());

    [Fact]
    public void Ahead_SourceFails_PassesTheFaultOnAfterTheItemsBefore()
    {
        var seen = new List<int>();
        var fault = Assert.Throws<InvalidOperationException>(() => seen.AddRange(Failing().Ahead(CancellationToken.None).ToBlockingEnumerable()));
        Assert.Equal("broken", fault.Message);
        Assert.Equal([0, 1], seen);
    }

    [Fact]
    public async Task Ahead_ConsumerLeaves_EndsTheSource()
    {
        var ended = false;
        await foreach (var item in Endless(() => ended = true).Ahead(CancellationToken.None))
        {
            if (item == 3)
            {
                break;
            }
        }

        Assert.True(ended);
    }

    private static async IAsyncEnumerable<int> Count(int count)
    {
        for (var item = 0; item < count; item++)
        {
            await Task.Yield();
            yield return item;
        }
    }

    private static async IAsyncEnumerable<int> Failing()
    {
        await foreach (var item in Count(2))
        {
            yield return item;
        }

        throw new InvalidOperationException("broken");
    }

    private static async IAsyncEnumerable<int> Endless(Action ended)
    {
        try
        {
            await foreach (var item in Count(int.MaxValue))
            {
                yield return item;
            }
        }
        finally
        {
            ended();
        }
    }
}
