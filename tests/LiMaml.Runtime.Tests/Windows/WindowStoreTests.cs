using System.Text;
using System.Text.Json.Nodes;
using LiMaml.Models;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Tests.Events;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Runtime.Windows;

namespace LiMaml.Runtime.Tests.Windows;

public sealed class WindowStoreTests : IDisposable
{
    private readonly StoreFolder folder = new();

    private WindowStore Store => folder.Store;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Open_NewFolder_IsEmpty()
    {
        Assert.Equal((null, null, new WindowCounts(0, 0, 0, 0, 0)), (Store.NextOffset, Store.Watermark, Store.Counts));
        using var view = Store.View();
        Assert.Empty(view.Read("member"));
        Assert.Null(view.Find("member", "a"));
        Assert.Equal(new WindowTotals(0, 0, 0, 0), Store.Measure() with { DiskBytes = 0 });
        Assert.Empty(folder.Export());
    }

    [Fact]
    public void Apply_Events_AreInTheWindowsOfTheirTasks()
    {
        Store.Apply([StoreFolder.Event("b", 5, "2"), StoreFolder.Event("a", 4, "1", item: "x|y"), StoreFolder.Event("b", 5, "10")], 17);
        using var view = Store.View();
        Assert.Equal(["a", "b"], view.Read("member").Select(window => window.Key));
        Assert.Equal(["i", "x\\|y"], view.Read("item").Select(window => window.Key));
        Assert.Equal(["10@5", "2@5"], StoreFolder.Ids(view.Find("member", "b")));
        Assert.Equal(SampleEvents.Text(StoreFolder.Event("a", 4, "1", item: "x|y")), SampleEvents.Text(view.Find("item", "x\\|y")!.Samples.Single()));
        Assert.Equal((17L, 5L, 5L), (Store.NextOffset, Store.Watermark, view.Watermark));
        Assert.Equal((3, 4, 5), (Store.Counts.Consumed, Store.Measure().TaskCount - 0, Store.Measure().SampleCount - 1));
    }

    [Fact]
    public void Apply_BeyondCapacity_KeepsTheMostRecent()
    {
        Store.Apply([.. Enumerable.Range(1, 5).Select(time => StoreFolder.Event("a", time, $"e{time}"))], 5);
        using var view = Store.View();
        Assert.Equal(["e3@3", "e4@4", "e5@5"], StoreFolder.Ids(view.Find("member", "a")));
        Assert.Equal(4, Store.Counts.Displaced); // two of the member's, two of the item's
    }

    [Fact]
    public void Apply_AnotherTasksEvents_ExpireThisOnes()
    {
        Store.Apply([StoreFolder.Event("a", 10, "1"), StoreFolder.Event("a", 11, "2")], 2);
        Store.View().Dispose();
        Store.Apply([StoreFolder.Event("b", 30, "3")], 3);
        using var view = Store.View();
        Assert.Equal(["2@11"], StoreFolder.Ids(view.Find("member", "a"))); // 10 is 20 behind the watermark: as old as may not be
        Store.Apply([StoreFolder.Event("b", 31, "4")], 4);
        using var later = Store.View();
        Assert.Null(later.Find("member", "a"));
        Assert.Equal(["2@11"], StoreFolder.Ids(view.Find("member", "a"))); // the first view stays as it was
        Store.Sweep();
        Assert.Equal(4, Store.Counts.Expired); // two of the member's, two of the item's
        Assert.Equal((2L, 4L), (Store.Measure().TaskCount, Store.Measure().SampleCount));
    }

    [Fact]
    public void Apply_OneIdWithSeveralContents_KeepsTheLargest()
    {
        Store.Apply([StoreFolder.Event("a", 5, "x", label: 0), StoreFolder.Event("a", 7, "x", label: 0), StoreFolder.Event("a", 6, "x")], 3);
        Store.View().Dispose();
        Store.Apply([StoreFolder.Event("a", 7, "x", label: 1), StoreFolder.Event("a", 2, "x")], 5);
        using var view = Store.View();
        var sample = view.Find("member", "a")!.Samples.Single();
        Assert.Equal((7, 1f), (sample.EventTime, sample.Label));
        Store.Sweep();
        Assert.Equal(8, Store.Counts.Duplicate);
    }

    [Fact]
    public void Apply_WithoutIds_TellsEventsApartByContent()
    {
        Store.Apply([StoreFolder.Event("a", 5), StoreFolder.Event("a", 5), StoreFolder.Event("a", 5, city: "b")], 3);
        using var view = Store.View();
        var samples = view.Find("member", "a")!.Samples;
        Assert.Equal(2, samples.Count);
        Assert.All(samples, sample => Assert.Matches("^[0-9a-f]{32}$", sample.EventId));
    }

    [Fact]
    public void Apply_LateEvents_AreDroppedAndCounted()
    {
        folder.Options = StoreFolder.Small with { Lateness = TimeSpan.FromMicroseconds(5) };
        Store.Apply([StoreFolder.Event("a", 10, "1"), StoreFolder.Event("a", 5, "2"), StoreFolder.Event("a", 6, "3")], 3);
        using var view = Store.View();
        Assert.Equal(["3@6", "1@10"], StoreFolder.Ids(view.Find("member", "a")));
        Assert.Equal((3, 1), (Store.Counts.Consumed, Store.Counts.Late));
    }

    [Fact]
    public void Apply_EventOfOneDefinition_IsInItsWindowOnly()
    {
        Store.Apply([StoreFolder.Event("a", 5, "1") with { Keys = new Dictionary<string, string> { ["item"] = "x" } }], 1);
        using var view = Store.View();
        Assert.Empty(view.Read("member"));
        Assert.Equal("x", view.Read("item").Single().Samples.Single().Keys.Single().Value);
    }

    [Fact]
    public void Apply_InvalidEvent_TakesUpNothing()
    {
        Store.Apply([StoreFolder.Event("a", 5, "1")], 1);
        var fault = Assert.Throws<InvalidInputException>(() => Store.Apply([StoreFolder.Event("a", 6, "2"), StoreFolder.Event("a", 7, "3").With("age", null)], 3));
        Assert.Contains("found nothing for feature 'age', expected a valid event", fault.Message);
        Assert.Contains("U+0000", Assert.Throws<InvalidInputException>(() => Store.Apply([StoreFolder.Event("a\0", 6)], 3)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Store.Apply([], -1));
        using var view = Store.View();
        Assert.Equal(["1@5"], StoreFolder.Ids(view.Find("member", "a")));
        Assert.Equal((1L, 5L, 1L), (Store.NextOffset, Store.Watermark, Store.Counts.Consumed));
    }

    [Fact]
    public void Apply_NoEventsOrAnEarlierOffset_MovesOnlyForward()
    {
        Store.Apply([], 9);
        Assert.Equal((9L, null), (Store.NextOffset, Store.Watermark));
        Store.Apply([StoreFolder.Event("a", 5, "1")], 4);
        Assert.Equal(9, Store.NextOffset);
    }

    [Fact]
    public void Open_AfterClosing_GoesOnWhereItStopped()
    {
        Store.Apply([StoreFolder.Event("a", 5, "1")], 1);
        Store.View().Dispose();
        Store.Apply([StoreFolder.Event("a", 6, "2"), StoreFolder.Event("a", 6, "2")], 3);
        var before = folder.Export();
        var counts = Store.Counts;
        folder.Close();
        Assert.Equal((3L, 6L, counts), (Store.NextOffset, Store.Watermark, Store.Counts));
        Assert.Equal(before, folder.Export());
    }

    [Fact]
    public void Open_TwiceAtOnce_Refuses()
    {
        Store.Flush();
        Assert.Contains("found it open already", Assert.Throws<InvalidInputException>(() => WindowStore.Open(folder.Path, SampleEvents.Schema)).Message);
    }

    [Fact]
    public void Open_OtherCapacity_KeepsWhatThereIs()
    {
        Store.Apply([.. Enumerable.Range(1, 5).Select(time => StoreFolder.Event("a", time, $"e{time}"))], 5);
        Store.View().Dispose();
        folder.Close();
        folder.Options = StoreFolder.Small with { Capacity = 2 };
        using (var view = Store.View())
        {
            Assert.Equal(["e4@4", "e5@5"], StoreFolder.Ids(view.Find("member", "a")));
        }

        folder.Close();
        folder.Options = StoreFolder.Small;
        using var again = Store.View();
        Assert.Equal(["e3@3", "e4@4", "e5@5"], StoreFolder.Ids(again.Find("member", "a")));
    }

    [Fact]
    public void Open_OptionsOutOfRange_AreNamed()
    {
        Refused(new WindowOptions { Capacity = 0 }, "Capacity: found 0");
        Refused(new WindowOptions { MaxAge = TimeSpan.Zero }, "MaxAge: found 00:00:00");
        Refused(new WindowOptions { Lateness = TimeSpan.FromDays(61) }, "Lateness: found 61.00:00:00, expected above 0, up to MaxAge (60.00:00:00)");
        Refused(new WindowOptions { MaxFutureSkew = -TimeSpan.FromDays(1) }, "MaxFutureSkew: found -1");
        Refused(new WindowOptions { Tasks = [] }, "Tasks: found an empty list");
        Refused(new WindowOptions { Tasks = ["advertiser"] }, "task definition of schema 'sample': found 'advertiser'");
        Refused(new WindowOptions { JournalBytes = 1 }, "JournalBytes: found 1");

        void Refused(WindowOptions options, string message) =>
            Assert.StartsWith(message, Assert.Throws<InvalidInputException>(() => WindowStore.Open(folder.Path, SampleEvents.Schema, options)).Message);
    }

    [Fact]
    public void Use_AnotherSchema_KeepsWindowsAndReadsBoth()
    {
        Store.Apply([StoreFolder.Event("a", 5, "1")], 1);
        var next = TestModel.Schema with { Features = [.. TestModel.Schema.Features.SkipLast(1), new CategoricalFeature("device", ["phone"])] };
        Store.Use(EventSchema.For(next));
        Store.Apply([StoreFolder.Event("a", 6, "2").With("taste", null).With("device", new FeatureValue.Category("phone"))], 2);
        folder.Close();
        using var view = Store.View();
        var samples = view.Find("member", "a")!.Samples;
        Assert.Equal([true, false], samples.Select(sample => sample.Features.ContainsKey("taste")));
        Assert.Equal([false, true], samples.Select(sample => sample.Features.ContainsKey("device")));
    }

    [Fact]
    public void Forget_Task_ErasesItEverywhereOnDisk()
    {
        Store.Apply([StoreFolder.Event("secretive", 5, "1", item: "x"), StoreFolder.Event("b", 5, "2", item: "x")], 2);
        Store.Forget("member", "secretive");
        Store.Forget("member", "nobody");
        using (var view = Store.View())
        {
            Assert.Equal(["b"], view.Read("member").Select(window => window.Key));
            Assert.Equal(2, view.Find("item", "x")!.Samples.Count);
        }

        Assert.Equal(["b", "x"], Store.TakeDirty(9).Tasks.Select(task => task.Key).Order());
        Store.Forget("item", "x");
        folder.Close();
        Store.Flush(); // opened again
        folder.Close();
        Assert.All(Directory.EnumerateFiles(folder.Path), file => Assert.DoesNotContain("secretive", Encoding.Latin1.GetString(File.ReadAllBytes(file))));
        Store.Apply([StoreFolder.Event("secretive", 6, "3")], 3);
        using var anew = Store.View();
        Assert.Equal(["3@6"], StoreFolder.Ids(anew.Find("member", "secretive")));
    }

    [Fact]
    public void View_AfterClosingTheStore_IsDisposed()
    {
        Store.Apply([.. Enumerable.Range(0, 200).Select(member => StoreFolder.Event($"m{member}", 5))], 200);
        var view = Store.View();
        using var windows = view.Read("member").GetEnumerator();
        Assert.True(windows.MoveNext());
        folder.Close();
        Assert.Throws<ObjectDisposedException>(() => view.Find("member", "m1"));
        Assert.Throws<ObjectDisposedException>(() =>
        {
            while (windows.MoveNext())
            {
            }
        });
        view.Dispose();
        Assert.Equal(200, Store.Measure().SampleCount - 3);
    }

    [Fact]
    public void Dispose_Store_EndsEverything()
    {
        var store = Store;
        store.Dispose();
        store.Dispose();
        Assert.Throws<ObjectDisposedException>(() => store.Apply([StoreFolder.Event("a", 5)], 1));
        Assert.Throws<ObjectDisposedException>(store.View);
        Assert.Throws<ObjectDisposedException>(() => store.TakeDirty(1));
        Assert.Throws<ObjectDisposedException>(() => store.Forget("member", "a"));
        Assert.Throws<ObjectDisposedException>(store.Flush);
        Assert.Throws<ObjectDisposedException>(store.Sweep);
        Assert.Throws<ObjectDisposedException>(() => store.Export(Stream.Null));
        Assert.Throws<ObjectDisposedException>(() => store.Use(EventSchema.For(TestModel.Schema with { Label = LabelKind.Real })));
    }

    [Fact]
    public void View_Disposed_Throws()
    {
        var view = Store.View();
        view.Dispose();
        view.Dispose();
        Assert.Throws<ObjectDisposedException>(() => view.Find("member", "a"));
        Assert.Throws<ObjectDisposedException>(() => view.Read("member").ToList());
    }

    [Fact]
    public void Export_Windows_AreJsonLines()
    {
        Store.Apply([StoreFolder.Event("é", 5, "1", item: "x")], 1);
        var lines = Encoding.UTF8.GetString(folder.Export()).Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Equal("", lines[2]);
        Assert.StartsWith("""{"task":"item","key":"x","samples":[{"eventId":"1","eventTime":5,"label":1,""", lines[0]);
        Assert.Equal("é", (string?)JsonNode.Parse(lines[1])!["key"]);
    }

    [Fact]
    public void View_TaskInManyPieces_IsPutTogether()
    {
        folder.Options = new WindowOptions { Tasks = ["member"] };
        Store.Apply([.. Enumerable.Range(0, 2000).Select(member => StoreFolder.Event($"m{member}", 5))], 0);
        for (var time = 1; time <= 40; time++)
        {
            Store.Apply([StoreFolder.Event("z", time, $"e{time}")], 0);
            Store.View().Dispose();
        }

        Assert.Equal(40, SegmentCount("z"));
        using (var view = Store.View())
        {
            Assert.Equal(40, view.Find("member", "z")!.Samples.Count);
        }

        Store.View().Dispose();
        Assert.Equal(1, SegmentCount("z"));
        using var again = Store.View();
        Assert.Equal(40, again.Find("member", "z")!.Samples.Count);
    }

    private int SegmentCount(string key)
    {
        folder.Close();
        using var rocks = RocksDbSharp.RocksDb.Open(new RocksDbSharp.DbOptions(), folder.Path);
        using var segments = rocks.NewIterator();
        byte[] task = StoreKeys.Task("member", key);
        var count = 0;
        for (segments.Seek([StoreKeys.Segment, .. task]); segments.Valid() && StoreKeys.IsSegmentOf(segments.GetKeySpan(), task); segments.Next())
        {
            count++;
        }

        return count;
    }
}
