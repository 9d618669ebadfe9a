using LiMaml.Runtime.Windows;

namespace LiMaml.Runtime.Tests.Windows;

public sealed class DirtyTests : IDisposable
{
    private readonly StoreFolder folder = new(StoreFolder.Small with { Tasks = ["member"] });

    private WindowStore Store => folder.Store;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void TakeDirty_Limit_TakesAllInTurns()
    {
        Apply("a", "b", "c", "d", "e");
        Assert.Equal(["a", "b"], Keys(Store.TakeDirty(2)));
        Assert.Equal(["c", "d"], Keys(Store.TakeDirty(2)));
        Assert.Equal(["e"], Keys(Store.TakeDirty(2)));
        Assert.Empty(Keys(Store.TakeDirty(2)));
        Assert.Equal(5, Store.Measure().DirtyCount);
    }

    [Fact]
    public void TakeDirty_BusyFirstTasks_DoNotStarveTheOthers()
    {
        Apply("a", "b", "c");
        Store.TakeDirty(2).Complete();
        Apply("a", "b");
        Assert.Equal(["c", "a"], Keys(Store.TakeDirty(2)));
    }

    [Fact]
    public void Complete_Batch_TakesTheMarksAway()
    {
        Apply("a", "b", "c");
        using (var batch = Store.TakeDirty(2))
        {
            batch.Complete();
        }

        folder.Close();
        Assert.Equal(["c"], Keys(Store.TakeDirty(9)));
    }

    [Fact]
    public void Complete_TaskChangedMeanwhile_StaysDirty()
    {
        Apply("a", "b");
        var batch = Store.TakeDirty(9);
        Apply("b");
        Assert.Empty(Store.TakeDirty(9).Tasks); // b is taken still
        batch.Complete();
        Assert.Equal(["b"], Keys(Store.TakeDirty(9)));
    }

    [Fact]
    public void Dispose_WithoutComplete_GivesBack()
    {
        Apply("a", "b");
        Store.TakeDirty(9).Dispose();
        Assert.Equal(["a", "b"], Keys(Store.TakeDirty(9)));
    }

    [Fact]
    public void Open_AfterACrash_FindsWhatWasTakenDirtyAgain()
    {
        Apply("a", "b");
        var batch = Store.TakeDirty(9);
        Apply("c");
        folder.Close();
        Assert.Throws<ObjectDisposedException>(batch.Complete);
        batch.Dispose();
        Assert.Equal(["a", "b", "c"], Keys(Store.TakeDirty(9)));
    }

    [Fact]
    public void TakeDirty_ThenView_HasWhatMadeTheTaskDirty()
    {
        Apply("a");
        var batch = Store.TakeDirty(1);
        using var view = Store.View();
        Assert.NotNull(view.Find(batch.Tasks[0].Task, batch.Tasks[0].Key));
    }

    private void Apply(params string[] members) => Store.Apply([.. members.Select(member => StoreFolder.Event(member, 5))], 0);

    private static string[] Keys(DirtyBatch batch) => [.. batch.Tasks.Select(task => task.Key)];
}
