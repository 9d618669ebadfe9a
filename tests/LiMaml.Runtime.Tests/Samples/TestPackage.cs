using LiMaml.Models.Datasets;
using LiMaml.Models.Packages;

namespace LiMaml.Runtime.Tests.Samples;

/// <summary>A package and a dataset that fits it.</summary>
internal static class TestPackage
{
    /// <summary>Writes <see cref="TestModel.Exact"/> and <see cref="TestDataset"/> into <c>package</c> and <c>dataset</c>.</summary>
    public static async Task<(ModelPackage Package, Dataset Dataset)> WithDatasetAsync(TestFolder folder) =>
        (TestModel.Package(TestModel.Exact, folder["package"]), await TestDataset.WriteAsync(folder["dataset"]));
}
