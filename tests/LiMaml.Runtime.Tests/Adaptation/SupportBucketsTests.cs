using FsCheck;
using FsCheck.Fluent;
using LiMaml.Runtime.Adaptation;

namespace LiMaml.Runtime.Tests.Adaptation;

public class SupportBucketsTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(33, 64)]
    [InlineData(65, 100)]
    [InlineData(1000, 100)]
    public void LengthOf_Count_IsTheNextPowerOfTwoOrTheCapacity(int count, int expected) =>
        Assert.Equal(expected, new SupportBuckets(capacity: 100, batchRows: 1).LengthOf(count));

    [Fact]
    public void Plan_AnyCounts_PlacesEveryTaskOnceWithinTheBounds()
    {
        var inputs =
            from counts in Gen.Choose(0, 300).ArrayOf()
            from capacity in Gen.Choose(1, 200)
            from batchRows in Gen.Choose(1, 500)
            select (counts, capacity, batchRows);
        Prop.ForAll(inputs.ToArbitrary(), input =>
        {
            var plan = new SupportBuckets(input.capacity, input.batchRows).Plan(input.counts).ToList();
            return plan.SelectMany(bucket => bucket.Tasks).Order().SequenceEqual(Enumerable.Range(0, input.counts.Length))
                && plan.All(bucket => bucket.Tasks.Length * bucket.Length <= Math.Max(bucket.Length, input.batchRows))
                && plan.All(bucket => bucket.Tasks.All(task => Fits(bucket.Length, input.counts[task], input.capacity)));
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>Holds the samples that count, and is less than twice as long.</summary>
    private static bool Fits(int length, int count, int capacity)
    {
        var used = Math.Max(1, Math.Min(count, capacity));
        return length >= used && length < 2 * used && length <= capacity;
    }
}
