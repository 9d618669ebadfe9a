using LiMaml.Models;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Worker.Operation;

namespace LiMaml.Worker.Tests.Operation;

public sealed class PackageCatalogueTests : IDisposable
{
    private readonly TestFolder folder = new();

    public PackageCatalogueTests()
    {
        Add("a", 1);
        Add("b", 3);
        Add("c", 2);
    }

    private string Root => folder["packages"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Current_WithoutPointer_IsTheNewest() => Assert.Equal(Path.Combine(Root, "b"), new PackageCatalogue(Root).Current());

    [Fact]
    public void Current_WithPointer_IsThatOne()
    {
        var catalogue = new PackageCatalogue(Root);
        catalogue.Pin(Path.Combine(Root, "a"));

        Assert.Equal(Path.Combine(Root, "a"), catalogue.Current());
    }

    [Fact]
    public void Current_FolderThatIsAPackage_IsItself() => Assert.Equal(Path.Combine(Root, "c"), new PackageCatalogue(Path.Combine(Root, "c")).Current());

    [Theory]
    [InlineData("../c")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("d")]
    public void Current_PointerToElsewhere_Throws(string name)
    {
        File.WriteAllText(Path.Combine(Root, PackageCatalogue.PointerFile), name);

        Assert.Throws<InvalidInputException>(() => new PackageCatalogue(Root).Current());
    }

    [Fact]
    public void Current_FolderBeingWritten_IsPassedOver()
    {
        Add("d.partial", 9);

        Assert.Equal(Path.Combine(Root, "b"), new PackageCatalogue(Root).Current());
    }

    [Fact]
    public void Find_BundleId_IsThePackageThatHasIt()
    {
        var package = TestModel.Package(TestModel.Exact, Path.Combine(Root, "real"));
        var catalogue = new PackageCatalogue(Root);

        Assert.Equal(package.Folder, catalogue.Find(package.Manifest.BundleId));
        Assert.Null(catalogue.Find("0123"));
    }

    [Fact]
    public void Events_OfAllPackages_LeavesOutThoseThatCannotBeRead()
    {
        var package = TestModel.Package(TestModel.Exact, Path.Combine(Root, "real"));

        var only = Assert.Single(new PackageCatalogue(Root).Events());
        Assert.Equal(Runtime.Events.EventSchema.For(package.Manifest.Schema).Hash, only.Hash);
    }

    private void Add(string name, int day)
    {
        var manifest = Path.Combine(Directory.CreateDirectory(Path.Combine(Root, name)).FullName, "manifest.json");
        File.WriteAllText(manifest, "{}");
        File.SetLastWriteTimeUtc(manifest, new DateTime(2024, 1, day, 0, 0, 0, DateTimeKind.Utc));
    }
}
