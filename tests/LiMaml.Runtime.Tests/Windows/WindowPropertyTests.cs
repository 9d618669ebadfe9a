using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Tests.Events;
using LiMaml.Runtime.Windows;

namespace LiMaml.Runtime.Tests.Windows;

public sealed class WindowPropertyTests
{
    private static Config Few { get; } = Config.QuickThrowOnFailure.WithMaxTest(60);

    private static Arbitrary<int> Seeds { get; } = Gen.Choose(0, int.MaxValue).ToArbitrary();

    [Fact]
    public void Export_AnyOrderBatchesDuplicatesAndReopenings_IsThatOfTheSet() =>
        Prop.ForAll(Seeds, seed =>
        {
            var random = new Random(seed);
            using var folder = new StoreFolder(StoreFolder.Small with { Capacity = random.Next(1, 6), Tasks = random.Next(4) == 0 ? ["item"] : null });
            var events = Events(random, random.Next(200));
            var oracle = new WindowOracle(folder.Options);
            oracle.Apply(events.OrderByDescending(interaction => interaction.EventTime)); // the watermark first: none is late that the set would keep
            Deliver(folder, Shuffled(events, random), random);
            Same(oracle.Export(), folder.Export());
            Assert.Equal(oracle.Watermark, folder.Store.Watermark);
        }).Check(Few);

    [Fact]
    public void Export_Lateness_DropsByArrival() =>
        Prop.ForAll(Seeds, seed =>
        {
            var random = new Random(seed);
            using var folder = new StoreFolder(StoreFolder.Small with { Lateness = TimeSpan.FromMicroseconds(random.Next(1, 20)) });
            var events = Events(random, random.Next(200));
            var oracle = new WindowOracle(folder.Options);
            oracle.Apply(events);
            Deliver(folder, events, random);
            Same(oracle.Export(), folder.Export());
        }).Check(Few);

    [Fact]
    public void Export_ManyBatchesThroughASmallJournal_IsThatOfTheSet()
    {
        var random = new Random(7);
        using var folder = new StoreFolder(new WindowOptions { Capacity = 40, MaxAge = TimeSpan.FromMicroseconds(9000), JournalBytes = 1 << 16 });
        var events = Enumerable.Range(0, 20_000).Select(time => StoreFolder.Event($"m{random.Next(300)}", (time / 2) + random.Next(500), $"e{random.Next(18_000)}", $"i{random.Next(20)}")).ToList();
        var oracle = new WindowOracle(folder.Options);
        oracle.Apply(events);
        foreach (var batch in events.Chunk(97))
        {
            folder.Store.Apply(batch, 0);
        }

        Same(oracle.Export(), folder.Export());
        folder.Store.Sweep();
        Same(oracle.Export(), folder.Export());
        Assert.Equal(oracle.Windows().Sum(window => window.Samples.Count), folder.Store.Measure().SampleCount);
    }

    /// <summary>Few tasks, times and ids, so that everything that can meet does; some events come twice.</summary>
    private static List<InteractionEvent> Events(Random random, int count) => [.. Enumerable.Range(0, count)
        .Select(_ => StoreFolder.Event(
            $"m{random.Next(3)}", random.Next(50), random.Next(3) == 0 ? null : $"e{random.Next(30)}", random.Next(2) == 0 ? "i" : "j|é", random.Next(2), random.Next(2) == 0 ? "a" : "b"))
        .SelectMany(interaction => Enumerable.Repeat(interaction, random.Next(4) == 0 ? 2 : 1))];

    private static void Deliver(StoreFolder folder, List<InteractionEvent> events, Random random)
    {
        for (var next = 0; next < events.Count;)
        {
            var batch = events.GetRange(next, Math.Min(random.Next(1, 30), events.Count - next));
            next += batch.Count;
            folder.Store.Apply(batch, next);
            Interrupt(folder, random);
            if (random.Next(4) == 0)
            {
                folder.Store.Apply(batch, next); // redelivered
            }

            Assert.Equal(next, folder.Store.NextOffset);
        }
    }

    private static void Interrupt(StoreFolder folder, Random random)
    {
        switch (random.Next(8))
        {
            case 0:
                folder.Close();
                break;
            case 1:
                folder.Store.View().Dispose();
                break;
            case 2:
                folder.Store.Sweep();
                break;
            case 3:
                folder.Store.TakeDirty(3).Complete();
                break;
            default:
                break;
        }
    }

    private static List<InteractionEvent> Shuffled(List<InteractionEvent> events, Random random)
    {
        var shuffled = events.ToArray();
        random.Shuffle(shuffled);
        return [.. shuffled];
    }

    private static void Same(byte[] expected, byte[] found) => Assert.Equal(Encoding.UTF8.GetString(expected), Encoding.UTF8.GetString(found));
}
