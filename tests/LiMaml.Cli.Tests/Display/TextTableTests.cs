using LiMaml.Cli.Display;

namespace LiMaml.Cli.Tests.Display;

public sealed class TextTableTests
{
    [Fact]
    public void ToText_NamesAndNumbers_AlignsNamesLeftAndNumbersRight() =>
        Assert.Equal("graph   rows\nglobal   1.5\nmeta      20\n", new TextTable("graph", "rows").Add("global", "1.5").Add("meta", "20").ToText());

    [Fact]
    public void Add_WithAMissingCell_IsRefused() => Assert.Throws<ArgumentException>(() => new TextTable("a", "b").Add("1"));
}
