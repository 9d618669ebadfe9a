using LiMaml.Models;
using LiMaml.Runtime.Embeddings;

namespace LiMaml.Runtime.Tests.Embeddings;

/// <summary>What every embedding store promises; each store's tests derive from this.</summary>
public abstract class EmbeddingStoreContract : IAsyncLifetime
{
    protected const string Bundle = "0123456789abcdef0123456789abcdef";
    protected const string OtherBundle = "fedcba9876543210fedcba9876543210";
    private static readonly DateTimeOffset Moment = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private IEmbeddingStore? store;

    /// <summary>The store under test.</summary>
    protected IEmbeddingStore Store => store!;

    /// <summary>Opens the store on what it kept before, or on nothing.</summary>
    protected abstract Task<IEmbeddingStore> OpenAsync();

    public virtual async ValueTask InitializeAsync() => store = await OpenAsync();

    public virtual async ValueTask DisposeAsync()
    {
        if (store is not null)
        {
            await store.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task CurrentAsync_NothingPublished_IsNull()
    {
        Assert.Null(await Store.CurrentAsync(default));
        Assert.Null(await Store.PreviousAsync(default));
        await Assert.ThrowsAsync<GenerationUnavailableException>(() => Store.FlipAsync(Pointer(1), default));
        await Assert.ThrowsAsync<GenerationUnavailableException>(() => Store.ReadAsync(Pointer(1), "member", ["a"], default));
    }

    [Fact]
    public async Task WriteAsync_BeforeTheFlip_IsInvisible()
    {
        await PublishAsync(1, [Embedding("a", 1)]);
        await Store.WriteAsync(Bundle, 2, [Embedding("a", 2), Embedding("b", 2)], default);
        Assert.Equal(Pointer(1), await Store.CurrentAsync(default));
        await Assert.ThrowsAsync<GenerationUnavailableException>(() => Store.ReadAsync(Pointer(2), "member", ["a"], default));
        await HoldsAsync(1, Embedding("a", 1));

        await Store.FlipAsync(Pointer(2), default);
        Assert.Equal((Pointer(2), Pointer(1)), (await Store.CurrentAsync(default), await Store.PreviousAsync(default)));
        await HoldsAsync(2, Embedding("a", 2), Embedding("b", 2));
        await HoldsAsync(1, Embedding("a", 1));
    }

    [Fact]
    public async Task ReadAsync_SomeKeys_AnswersInTheirOrder()
    {
        await PublishAsync(1, [Embedding("a", 1), Embedding("b", 2), Embedding("a", 3, "item", size: 2)]);
        var found = await Store.ReadAsync(Pointer(1), "member", ["b", "nobody", "a", "b"], default);
        Assert.Equal(["b", null, "a", "b"], found.Select(embedding => embedding?.Key));
        AssertSame(Embedding("b", 2), found[0]!);
        AssertSame(Embedding("a", 3, "item", size: 2), (await Store.ReadAsync(Pointer(1), "item", ["a"], default))[0]!);
        Assert.Equal([null], await Store.ReadAsync(Pointer(1), "nothing", ["a"], default));
        Assert.Empty(await Store.ReadAsync(Pointer(1), "member", [], default));
    }

    [Fact]
    public async Task FlipAsync_ToThePrevious_RollsBackAndForth()
    {
        await PublishAsync(1, [Embedding("a", 1)]);
        await PublishAsync(2, [Embedding("a", 2)]);
        await Store.FlipAsync(Pointer(1), default);
        Assert.Equal((Pointer(1), Pointer(2)), (await Store.CurrentAsync(default), await Store.PreviousAsync(default)));
        await HoldsAsync(1, Embedding("a", 1));
        await HoldsAsync(2, Embedding("a", 2));
        await Store.FlipAsync(Pointer(2), default);
        Assert.Equal((Pointer(2), Pointer(1)), (await Store.CurrentAsync(default), await Store.PreviousAsync(default)));
    }

    [Fact]
    public async Task FlipAsync_ToTheCurrent_ChangesNothing()
    {
        await PublishAsync(1, [Embedding("a", 1)]);
        await PublishAsync(2, [Embedding("a", 2)]);
        await Store.FlipAsync(Pointer(2) with { PublishedAt = Moment.AddDays(1) }, default);
        Assert.Equal((Pointer(2), Pointer(1)), (await Store.CurrentAsync(default), await Store.PreviousAsync(default)));
        await HoldsAsync(1, Embedding("a", 1));
    }

    [Fact]
    public async Task FlipAsync_Twice_DeletesTheOldest()
    {
        await PublishAsync(1, [Embedding("a", 1)]);
        await PublishAsync(2, [Embedding("a", 2)]);
        await PublishAsync(3, [Embedding("a", 3)]);
        await Assert.ThrowsAsync<GenerationUnavailableException>(() => Store.ReadAsync(Pointer(1), "member", ["a"], default));
        await Assert.ThrowsAsync<GenerationUnavailableException>(async () => await Store.ReadAllAsync(Pointer(1), default).ToListAsync());
        await Assert.ThrowsAsync<GenerationUnavailableException>(() => Store.FlipAsync(Pointer(1), default));
        await Assert.ThrowsAsync<GenerationUnavailableException>(() => Store.WriteAsync(Bundle, 1, [Embedding("a", 4)], default));
        await HoldsAsync(3, Embedding("a", 3));
        await HoldsAsync(2, Embedding("a", 2));
    }

    [Fact]
    public async Task FlipAsync_BackWhileAnotherIsWritten_KeepsWhatIsWritten()
    {
        await PublishAsync(1, [Embedding("a", 1)]);
        await PublishAsync(2, [Embedding("a", 2)]);
        await Store.WriteAsync(Bundle, 3, [Embedding("a", 3)], default);
        await Store.FlipAsync(Pointer(1), default);
        await Store.WriteAsync(Bundle, 3, [Embedding("b", 3)], default);
        await Store.FlipAsync(Pointer(3), default);
        await HoldsAsync(3, Embedding("a", 3), Embedding("b", 3));
        await HoldsAsync(1, Embedding("a", 1));
        await Assert.ThrowsAsync<GenerationUnavailableException>(() => Store.ReadAsync(Pointer(2), "member", ["a"], default));
    }

    [Fact]
    public async Task ReadAsync_OfAnotherBundle_IsRefused()
    {
        await PublishAsync(1, [Embedding("a", 1)]);
        await PublishAsync(2, [Embedding("a", 2, size: 5)], OtherBundle);
        Assert.Equal(OtherBundle, (await Store.CurrentAsync(default))!.BundleId);
        await Assert.ThrowsAsync<GenerationUnavailableException>(() => Store.ReadAsync(Pointer(2), "member", ["a"], default));
        await Assert.ThrowsAsync<GenerationUnavailableException>(() => Store.ReadAsync(Pointer(1, OtherBundle), "member", ["a"], default));
        await Assert.ThrowsAsync<GenerationUnavailableException>(() => Store.FlipAsync(Pointer(2), default));
        AssertSame(Embedding("a", 1), (await Store.ReadAsync(Pointer(1), "member", ["a"], default))[0]!);
        AssertSame(Embedding("a", 2, size: 5), (await Store.ReadAsync(Pointer(2, OtherBundle), "member", ["a"], default))[0]!);
    }

    [Fact]
    public async Task WriteAsync_NumberAlreadyPassed_IsRefused()
    {
        await PublishAsync(5, [Embedding("a", 1)]);
        await Assert.ThrowsAsync<GenerationUnavailableException>(() => Store.WriteAsync(OtherBundle, 5, [], default));
        await Assert.ThrowsAsync<GenerationUnavailableException>(() => Store.WriteAsync(Bundle, 4, [], default));
    }

    [Fact]
    public async Task WriteAsync_ToTheCurrent_ReplacesAtOnceOrIsRefused()
    {
        await PublishAsync(1, [Embedding("a", 1), Embedding("b", 1)]);
        if (!Store.AcceptsUpserts)
        {
            await Assert.ThrowsAsync<NotSupportedException>(() => Store.WriteAsync(Bundle, 1, [Embedding("a", 2)], default));
            await HoldsAsync(1, Embedding("a", 1), Embedding("b", 1));
            return;
        }

        await Store.WriteAsync(Bundle, 1, [Embedding("a", 2), Embedding("c", 3)], default);
        await HoldsAsync(1, Embedding("a", 2), Embedding("b", 1), Embedding("c", 3));
        await ReopenAsync();
        await HoldsAsync(1, Embedding("a", 2), Embedding("b", 1), Embedding("c", 3));
    }

    [Fact]
    public async Task WriteAsync_ToThePrevious_IsRefused()
    {
        await PublishAsync(1, [Embedding("a", 1)]);
        await PublishAsync(2, [Embedding("a", 2)]);
        await Assert.ThrowsAsync<NotSupportedException>(() => Store.WriteAsync(Bundle, 1, [Embedding("a", 3)], default));
        await HoldsAsync(1, Embedding("a", 1));
    }

    [Fact]
    public async Task WriteAsync_OneKeyTwice_KeepsTheLast()
    {
        await Store.WriteAsync(Bundle, 1, [Embedding("a", 1), Embedding("a", 2)], default);
        await Store.WriteAsync(Bundle, 1, [Embedding("a", 3)], default);
        await Store.FlipAsync(Pointer(1), default);
        await HoldsAsync(1, Embedding("a", 3));
    }

    [Fact]
    public async Task FlipAsync_EmptyGeneration_IsPublishedAndSurvives()
    {
        await PublishAsync(1, [Embedding("a", 1)]);
        await PublishAsync(2, []);
        await HoldsAsync(2);
        Assert.Equal([null], await Store.ReadAsync(Pointer(2), "member", ["a"], default));
        await ReopenAsync();
        Assert.Equal(Pointer(2), await Store.CurrentAsync(default));
        await HoldsAsync(2);
        await HoldsAsync(1, Embedding("a", 1));
    }

    [Fact]
    public async Task OpenAsync_AfterARestart_HasBothGenerations()
    {
        await PublishAsync(1, Many(1));
        await PublishAsync(2, Many(2));
        await ReopenAsync();
        Assert.Equal((Pointer(2), Pointer(1)), (await Store.CurrentAsync(default), await Store.PreviousAsync(default)));
        await HoldsAsync(2, Many(2));
        await HoldsAsync(1, Many(1));
        await PublishAsync(3, Many(3));
        await HoldsAsync(3, Many(3));
    }

    [Fact]
    public async Task DiscardAsync_WhatWasBegun_LeavesNothingOfIt()
    {
        await PublishAsync(1, [Embedding("a", 1)]);
        await Store.WriteAsync(Bundle, 2, [Embedding("a", 2), Embedding("b", 2)], default);
        await Store.DiscardAsync(Bundle, 2, default);
        await Store.DiscardAsync(Bundle, 2, default);
        await Assert.ThrowsAsync<GenerationUnavailableException>(() => Store.FlipAsync(Pointer(2), default));
        await PublishAsync(2, [Embedding("c", 3)]);
        await HoldsAsync(2, Embedding("c", 3));
        await Assert.ThrowsAsync<NotSupportedException>(() => Store.DiscardAsync(Bundle, 2, default));
        await Assert.ThrowsAsync<NotSupportedException>(() => Store.DiscardAsync(Bundle, 1, default));
    }

    [Fact]
    public async Task ForgetAsync_ATask_ErasesItFromEveryGeneration()
    {
        await PublishAsync(1, [Embedding("a", 1), Embedding("b", 1), Embedding("a", 1, "item")]);
        await PublishAsync(2, [Embedding("a", 2), Embedding("b", 2)]);
        await Store.WriteAsync(Bundle, 3, [Embedding("a", 3), Embedding("b", 3)], default);
        await Store.ForgetAsync("member", "a", default);
        await Store.ForgetAsync("member", "nobody", default);
        await Store.ForgetAsync("nothing", "a", default);
        await HoldsAsync(2, Embedding("b", 2));
        await HoldsAsync(1, Embedding("b", 1), Embedding("a", 1, "item"));
        await Store.FlipAsync(Pointer(3), default);
        await HoldsAsync(3, Embedding("b", 3));
        await ReopenAsync();
        await HoldsAsync(3, Embedding("b", 3));
        await HoldsAsync(2, Embedding("b", 2));
    }

    [Fact]
    public async Task ForgetAsync_TheOnlyTask_LeavesAnEmptyGeneration()
    {
        await PublishAsync(1, [Embedding("a", 1)]);
        await Store.ForgetAsync("member", "a", default);
        await HoldsAsync(1);
        await ReopenAsync();
        await HoldsAsync(1);
    }

    [Fact]
    public async Task WriteAsync_OddKeys_AreKeptApart()
    {
        string[] keys = ["a", "a|b", "a\\|b", "a:b", "{a}", "a b", " a", "a\0b", "\0", "a\n", "é", "e\u0301", "\uFFFD", "\U0001F600", "*", "..", "/etc/x", "A", new string('k', 3000), "member"];
        StoredEmbedding[] embeddings = [.. keys.Select((key, number) => Embedding(key, number))];
        await PublishAsync(1, embeddings);
        await HoldsAsync(1, embeddings);
        await ReopenAsync();
        await HoldsAsync(1, embeddings);
        var found = await Store.ReadAsync(Pointer(1), "member", keys, default);
        Assert.All(keys.Index(), key => AssertSame(embeddings[key.Index], found[key.Index]!));
        Assert.Equal([null], await Store.ReadAsync(Pointer(1), "member", ["\uD800"], default));
    }

    [Fact]
    public async Task WriteAsync_VectorsOfAnotherSize_AreRefusedAsAWhole()
    {
        await PublishAsync(1, [Embedding("a", 1)]);
        await Store.WriteAsync(Bundle, 2, [Embedding("a", 2)], default);
        await RefusedAsync(2, [Embedding("b", 2), Embedding("c", 2, size: 4)], "embedding of task 'member', key 'c': found 4 numbers, expected 3");
        await RefusedAsync(2, [Embedding("x", 2, "item"), Embedding("c", 2, size: 4)], "embedding of task 'member', key 'c': found 4 numbers, expected 3");
        await Store.FlipAsync(Pointer(2), default);
        await HoldsAsync(2, Embedding("a", 2));
    }

    [Fact]
    public async Task WriteAsync_WhatNoStoreKeeps_IsNamed()
    {
        var good = Embedding("a", 1);
        await RefusedAsync(1, [good with { Key = "" }], "task 'member': key: found ''");
        await RefusedAsync(1, [good with { Key = "\uD800" }], "task 'member': key: found ");
        await RefusedAsync(1, [good with { Task = "a:b" }], "task definition: found 'a:b'");
        await RefusedAsync(1, [good with { Vector = Array.Empty<float>() }], "task 'member': embedding of 'a': found 0 numbers");
        await RefusedAsync(1, [good with { Vector = new[] { 1, float.NaN } }], "task 'member': embedding of 'a': found a number that is not finite");
        await RefusedAsync(1, [good with { LossAfter = float.PositiveInfinity }], "task 'member': embedding of 'a': found losses");
        await RefusedAsync(1, [good with { SupportCount = -1 }], "task 'member': embedding of 'a': found a support count of -1");
        await RefusedAsync(1, [good with { NewestEventTime = long.MaxValue }], "task 'member': embedding of 'a': found a newest event time");
        await RefusedAsync(-1, [good], "generation: found -1");
        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => Store.WriteAsync("x", 1, [good], default));
        Assert.StartsWith("bundle id: found 'x'", fault.Message);
        await Assert.ThrowsAsync<GenerationUnavailableException>(() => Store.FlipAsync(Pointer(1), default));
    }

    [Fact]
    public async Task ReadAsync_DuringFlips_SeesWholeGenerationsOnly()
    {
        const int tasks = 50;
        string[] keys = [.. Enumerable.Range(0, tasks).Select(number => $"k{number}")];
        await PublishAsync(1, [.. keys.Select(key => Embedding(key, 1))]);
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() => ReadUntilAsync(keys, stop.Token))).ToArray();
        for (var generation = 2L; generation <= 30; generation++)
        {
            foreach (var part in keys.Chunk(20))
            {
                await Store.WriteAsync(Bundle, generation, [.. part.Select(key => Embedding(key, generation))], default);
            }

            await Store.FlipAsync(Pointer(generation), default);
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(readers), reads => Assert.True(reads > 0));
    }

    [Fact]
    public async Task ReadAsync_DuringUpserts_SeesWholeEmbeddingsOnly()
    {
        Assert.SkipUnless(Store.AcceptsUpserts, "the store takes no upserts");
        string[] keys = ["a", "b", "c"];
        await PublishAsync(1, [.. keys.Select(key => Embedding(key, 0, size: 64))]);
        using var stop = new CancellationTokenSource();
        var reader = Task.Run(async () =>
        {
            var reads = 0;
            while (!stop.IsCancellationRequested || reads == 0)
            {
                var found = await Store.ReadAsync(Pointer(1), "member", keys, default);
                Assert.All(found, embedding => AssertSame(Embedding(embedding!.Key, embedding.SupportCount, size: 64), embedding));
                reads++;
            }
        });
        for (var number = 1; number <= 300; number++)
        {
            await Store.WriteAsync(Bundle, 1, [.. keys.Select(key => Embedding(key, number, size: 64))], default);
        }

        await stop.CancelAsync();
        await reader;
        await HoldsAsync(1, [.. keys.Select(key => Embedding(key, 300, size: 64))]);
    }

    /// <summary>An embedding whose every value tells <paramref name="number"/>.</summary>
    protected static StoredEmbedding Embedding(string key, long number, string task = "member", int size = 3) => new(
        task,
        key,
        Enumerable.Range(0, size).Select(index => number + (index / 128f)).ToArray(),
        1_700_000_000_000_000 + number,
        (int)number,
        number + 0.5f,
        number + 0.25f);

    protected static EmbeddingPointer Pointer(long generation, string bundle = Bundle) => new(bundle, generation, Moment.AddMinutes(generation));

    protected async Task PublishAsync(long generation, StoredEmbedding[] embeddings, string bundle = Bundle)
    {
        await Store.WriteAsync(bundle, generation, embeddings, default);
        await Store.FlipAsync(Pointer(generation, bundle), default);
    }

    /// <summary>Asserts that a generation has these embeddings and no other, read one by one and all at once.</summary>
    protected async Task HoldsAsync(long generation, params StoredEmbedding[] embeddings)
    {
        var all = await Store.ReadAllAsync(Pointer(generation), default).ToListAsync();
        Assert.Equal(Names(embeddings), Names(all));
        foreach (var expected in embeddings)
        {
            AssertSame(expected, (await Store.ReadAsync(Pointer(generation), expected.Task, [expected.Key], default))[0]!);
            AssertSame(expected, all.Single(embedding => (embedding.Task, embedding.Key) == (expected.Task, expected.Key)));
        }
    }

    protected async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        store = null;
        store = await OpenAsync();
    }

    private static StoredEmbedding[] Many(int number) => [.. Enumerable.Range(0, 40).Select(task => Embedding($"k{task}", (100 * number) + task))];

    private static IEnumerable<string> Names(IEnumerable<StoredEmbedding> embeddings) =>
        embeddings.Select(embedding => $"{embedding.Task} {embedding.Key}").Order(StringComparer.Ordinal);

    private static void AssertSame(StoredEmbedding expected, StoredEmbedding actual)
    {
        Assert.Equal(expected with { Vector = default }, actual with { Vector = default });
        Assert.Equal(expected.Vector.ToArray(), actual.Vector.ToArray());
    }

    private async Task RefusedAsync(long generation, StoredEmbedding[] embeddings, string message) => Assert.StartsWith(
        message, (await Assert.ThrowsAsync<InvalidInputException>(() => Store.WriteAsync(Bundle, generation, embeddings, default))).Message);

    private async Task<int> ReadUntilAsync(string[] keys, CancellationToken stop)
    {
        var reads = 0;
        while (!stop.IsCancellationRequested || reads == 0)
        {
            var pointer = (await Store.CurrentAsync(default))!;
            try
            {
                var found = await Store.ReadAsync(pointer, "member", keys, default);
                Assert.All(found, embedding => Assert.Equal(pointer.Generation, embedding!.SupportCount));
                reads++;
            }
            catch (GenerationUnavailableException)
            {
                Assert.NotEqual(pointer, await Store.CurrentAsync(default)); // two flips since the pointer was resolved
            }
        }

        return reads;
    }
}
