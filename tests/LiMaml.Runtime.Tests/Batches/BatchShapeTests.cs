using LiMaml.Runtime.Batches;

namespace LiMaml.Runtime.Tests.Batches;

public sealed class BatchShapeTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(64, 64)]
    [InlineData(65, 128)]
    [InlineData(8192, 8192)]
    public void BucketFor_Count_IsTheNextPowerOfTwo(int count, int bucket) => Assert.Equal(bucket, BatchShape.BucketFor(count));
}
