using LiMaml.Models.Checkpoints;
using LiMaml.Models.Packages;

namespace LiMaml.Models.Tests.Packages;

public sealed class HandoffTests
{
    [Theory]
    [InlineData("adapt/one/input")]
    [InlineData("adapt/one/side/x")]
    [InlineData("adapt//input/x")]
    [InlineData("adapt/one/input/x/y")]
    public void Read_TensorOfAnotherName_SaysSo(string name)
    {
        using var folder = new TemporaryFolder();
        Safetensors.Write(folder["h"], new Dictionary<string, NamedTensor> { [name] = new([0], Array.Empty<float>()) });

        Assert.Contains($"tensor '{name}': found this name, expected <graph>/<case>/input/<name>", Assert.Throws<InvalidInputException>(() => Handoff.Read(folder["h"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_NameWithSlashOrTwice_Throws()
    {
        using var stream = new MemoryStream();
        var one = PackageExample.Case("adapt", "one", ["x"], ["y"]);

        Assert.Throws<ArgumentException>(() => Handoff.Write(stream, [one with { Name = "a/b" }]));
        Assert.Throws<ArgumentException>(() => Handoff.Write(stream, [one with { Graph = "" }]));
        Assert.Throws<ArgumentException>(() => Handoff.Write(stream, [one, one]));
    }
}
