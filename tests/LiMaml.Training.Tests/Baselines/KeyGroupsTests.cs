using LiMaml.Training.Baselines;

namespace LiMaml.Training.Tests.Baselines;

public sealed class KeyGroupsTests
{
    [Fact]
    public void Indexer_SomeRows_KeepsTheirOrderWithinAKey()
    {
        var groups = new KeyGroups([2, 0, 2, 0, 2], 4, [4, 3, 1, 0]);

        Assert.Equal([3, 1], groups[0].ToArray());
        Assert.Equal([], groups[1].ToArray());
        Assert.Equal([4, 0], groups[2].ToArray());
        Assert.Equal([], groups[3].ToArray());
        Assert.Equal((4, 2), (groups.Count, groups.LargestCount));
    }
}
