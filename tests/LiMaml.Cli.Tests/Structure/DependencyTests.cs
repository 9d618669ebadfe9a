namespace LiMaml.Cli.Tests.Structure;

public sealed class DependencyTests
{
    // Training, Preparation, Export and Runtime meet in files, never in code.
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["LiMaml.Models"] = [],
        ["LiMaml.Preparation"] = ["LiMaml.Models"],
        ["LiMaml.Training"] = ["LiMaml.Models"],
        ["LiMaml.Export"] = ["LiMaml.Models"],
        ["LiMaml.Runtime"] = ["LiMaml.Models"],
        ["LiMaml.Worker"] = ["LiMaml.Runtime"],
        ["LiMaml.Cli"] = ["LiMaml.Export", "LiMaml.Models", "LiMaml.Preparation", "LiMaml.Runtime", "LiMaml.Training", "LiMaml.Worker"],
    };

    [Fact]
    public void Projects_OutsideTests_AreThoseOfTheHouse() =>
        Assert.Equal(Arrows.Keys.Order(), ProjectFile.All.Where(project => !project.IsTest && !project.IsExample).Select(project => project.Name).Order());

    [Fact]
    public void ProjectReferences_OfEachProject_FollowTheArrows() =>
        Assert.All(Arrows, arrow => Assert.Equal(arrow.Value, ProjectFile.Named(arrow.Key).Projects.Order()));

    [Fact]
    public void ProjectReferences_ToTests_DoNotExist() =>
        Assert.All(ProjectFile.All, project => Assert.DoesNotContain(project.Projects, name => ProjectFile.Named(name).IsTest));

    [Fact]
    public void TestProjects_OneForEachProject_Exist() =>
        Assert.All(Arrows.Keys, name => Assert.Contains(name, ProjectFile.Named(name + ".Tests").Projects));

    [Fact]
    public void Solution_EveryProject_IsInIt()
    {
        var solution = Repository.Read("LiMaml.sln").Replace('\\', '/');
        Assert.All(ProjectFile.All, project => Assert.Contains($"\"{project.Path}\"", solution, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("LiMaml.Models")]
    [InlineData("LiMaml.Preparation")]
    [InlineData("LiMaml.Export")]
    [InlineData("LiMaml.Runtime")]
    [InlineData("LiMaml.Worker")]
    public void RestoredPackages_OutsideTraining_HoldNoTorch(string project) =>
        Assert.DoesNotContain(ProjectFile.Named(project).RestoredPackages(), package => package.Contains("torch", StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void RestoredPackages_OfTraining_HoldTorchAndNoOnnxRuntime()
    {
        var packages = ProjectFile.Named("LiMaml.Training").RestoredPackages();

        Assert.Contains("TorchSharp", packages);
        Assert.DoesNotContain(packages, package => package.Contains("OnnxRuntime", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void PackageReferences_OfEachProject_LeaveVersionsToDirectoryPackages() =>
        Assert.All(ProjectFile.All, project => Assert.DoesNotContain(project.Document.Descendants("PackageReference"),
            reference => reference.Attribute("Version") is not null || reference.Attribute("VersionOverride") is not null));
}
