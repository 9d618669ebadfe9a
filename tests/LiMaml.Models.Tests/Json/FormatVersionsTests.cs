using System.Text;
using System.Text.Json.Nodes;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Json;
using LiMaml.Models.Packages;
using LiMaml.Models.Snapshots;

namespace LiMaml.Models.Tests.Json;

public sealed class FormatVersionsTests
{
    private static readonly FormatVersions Versions = new(
        "thing",
        "make it again",
        document => Rename(document, "size", "length"),
        document => Rename(document, "length", "width"));

    private sealed record Thing(int FormatVersion, int Width);

    [Theory]
    [InlineData("""{"formatVersion": 1, "size": 7}""")]
    [InlineData("""{"length": 7, "formatVersion": 2}""")]
    [InlineData("""{"formatVersion": 3, "width": 7}""")]
    public void Upgrade_EveryKnownVersion_IsReadAsTheNewest(string json) =>
        Assert.Equal(new Thing(3, 7), ContractJson.Parse<Thing>(Versions.Upgrade(Encoding.UTF8.GetBytes(json), "thing.json"), "thing.json"));

    [Theory]
    [InlineData("""{"unknown": {"formatVersion": 1}, "formatVersion": 4}""", "thing.json: formatVersion: found 4, expected 1 to 3: a newer LiMaml wrote this thing; read it with that version or a later one, or make it again.")]
    [InlineData("""{"formatVersion": 0}""", "thing.json: formatVersion: found 0, expected 1 to 3.")]
    [InlineData("""{"formatVersion": -1}""", "thing.json: formatVersion: found -1, expected 1 to 3.")]
    public void Upgrade_AnotherVersion_IsRefused(string json, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidInputException>(() => Versions.Upgrade(Encoding.UTF8.GetBytes(json), "thing.json")).Message);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("""{"width": 7}""")]
    [InlineData("""{"formatVersion": "3", "width": 7}""")]
    [InlineData("""{"formatVersion": 1.5, "width": 7}""")]
    public void Upgrade_WithoutAVersion_LeavesItToTheReader(string json)
    {
        var utf8 = Encoding.UTF8.GetBytes(json);

        Assert.Equal(utf8, Versions.Upgrade(utf8, "thing.json").ToArray());
        Assert.Throws<InvalidInputException>(() => ContractJson.Parse<Thing>(utf8, "thing.json"));
    }

    [Fact]
    public void Current_OfEachContract_IsTheVersionThatIsWritten() =>
        Assert.Equal(
            [Manifest.CurrentFormatVersion, Checkpoint.CurrentFormatVersion, SnapshotInfo.CurrentFormatVersion],
            [Manifest.Versions.Current, Checkpoint.Versions.Current, SnapshotInfo.Versions.Current]);

    private static void Rename(JsonObject document, string from, string to)
    {
        document[to] = document[from]!.DeepClone();
        document.Remove(from);
    }
}
