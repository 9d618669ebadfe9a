using LiMaml.Models.Datasets;

namespace LiMaml.Models.Tests.Datasets;

public sealed class RowGroupsTests
{
    [Fact]
    public void Concatenate_OfSlices_GivesTheWhole()
    {
        var rows = Examples.Rows(["a", "b", "c"], 5);

        Equality.Same(rows, RowGroups.Concatenate([rows.Slice(0, 4), rows.Slice(4, 0), rows.Slice(4, 7), rows.Slice(11, 4)]));
    }

    [Fact]
    public void Slice_OutOfRange_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => Examples.Rows(["a"], 5).Slice(3, 3));

    [Fact]
    public void Concatenate_DifferentColumns_Throws() =>
        Assert.Throws<ArgumentException>(() => RowGroups.Concatenate([Examples.Rows(["a"], 1), Examples.Rows(["b"], 1, eventIds: false)]));
}
