using FsCheck;
using FsCheck.Fluent;
using LiMaml.Export.Graphs;
using LiMaml.Export.Tests.Reference;

namespace LiMaml.Export.Tests.Graphs;

public sealed class OnnxShapeTests
{
    private static readonly Arbitrary<int[]> Shapes = Gen.Choose(1, 3).ArrayOf().Where(shape => shape.Length <= 4).ToArbitrary();

    [Fact]
    public void Broadcast_OfFixedShapes_FollowsNumPy() => Prop.ForAll(Shapes, Shapes, (a, b) =>
    {
        var expected = NdArray.BroadcastShape(a, b);
        var actual = Shape(a).Broadcast(Shape(b));
        return expected is null ? actual is null : Shape(expected).Equals(actual);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Broadcast_OfFreeAxes_MeetsItselfAndOneOnly()
    {
        var tasks = new OnnxShape("tasks", 3);

        Assert.Equal(tasks, tasks.Broadcast(new OnnxShape("tasks", 1)));
        Assert.Equal(tasks, tasks.Broadcast(new OnnxShape(1, 3)));
        Assert.Equal(tasks, tasks.Broadcast(new OnnxShape(3)));
        Assert.Null(tasks.Broadcast(new OnnxShape("rows", 3)));
        Assert.Null(tasks.Broadcast(new OnnxShape(2, 3)));
    }

    private static OnnxShape Shape(int[] sizes) => OnnxShape.Of([.. sizes.Select(size => (long)size)]);
}
