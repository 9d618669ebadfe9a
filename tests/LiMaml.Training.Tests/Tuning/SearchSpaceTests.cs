using System.Text;
using LiMaml.Models;
using LiMaml.Training.Tuning;

namespace LiMaml.Training.Tests.Tuning;

public sealed class SearchSpaceTests
{
    private const string Text =
        """
        {
          "training.learningRate": { "from": 0.001, "to": 0.1, "scale": "log" },
          "innerLoop.steps": { "from": 1, "to": 3, "whole": true },
          "training.weightDecay": { "from": -1, "to": 1 },
          "algorithm": ["vanilla", "liMaml"]
        }
        """;

    [Fact]
    public void Draw_ManyTimes_StaysInTheSpaceAndReachesAllOfIt()
    {
        var space = Parse(Text);

        var draws = Enumerable.Range(1, 600).Select(trial => space.Draw(5, trial).ToJson()).ToList();

        var rates = draws.ConvertAll(draw => draw["training.learningRate"]!.GetValue<double>());
        Assert.All(rates, rate => Assert.InRange(rate, 0.001, 0.1));
        Assert.InRange(rates.Count(rate => rate < 0.01), 240, 360); // half of them below the geometric middle
        Assert.InRange(draws.Average(draw => draw["training.weightDecay"]!.GetValue<double>()), -0.15, 0.15);
        Assert.Equal([1, 2, 3], draws.Select(draw => draw["innerLoop.steps"]!.GetValue<int>()).Distinct().Order());
        Assert.Equal(["liMaml", "vanilla"], draws.Select(draw => draw["algorithm"]!.GetValue<string>()).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Draw_OfATrial_IsAFunctionOfSeedAndNumber()
    {
        var space = Parse(Text);

        Assert.Equal(space.Draw(1, 7).ToJson().ToJsonString(), Parse(space.ToJson().ToJsonString()).Draw(1, 7).ToJson().ToJsonString());
        Assert.NotEqual(space.Draw(1, 7).ToJson().ToJsonString(), space.Draw(1, 8).ToJson().ToJsonString());
        Assert.NotEqual(space.Draw(1, 7).ToJson().ToJsonString(), space.Draw(2, 7).ToJson().ToJsonString());
    }

    [Theory]
    [InlineData("{}", "no members")]
    [InlineData("""{ "a": 3 }""", "a list of values, or")]
    [InlineData("""{ "a": [] }""", "a list of values, or")]
    [InlineData("""{ "a": { "from": 2, "to": 1 } }""", "from below to")]
    [InlineData("""{ "a": { "from": 0, "to": 1, "scale": "log" } }""", "above 0")]
    [InlineData("""{ "a": { "from": 0.5, "to": 1, "whole": true } }""", "whole ends")]
    [InlineData("""{ "a": { "from": 0, "to": 1, "step": 1 } }""", "step")]
    public void Parse_OfWhatIsNoSpace_SaysWhy(string text, string message)
    {
        var fault = Assert.Throws<InvalidInputException>(() => Parse(text));

        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.Contains("space.json", fault.Message, StringComparison.Ordinal);
    }

    private static SearchSpace Parse(string text) => SearchSpace.Parse(Encoding.UTF8.GetBytes(text), "space.json");
}
