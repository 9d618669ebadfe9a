using LiMaml.Models;
using LiMaml.Training.Evaluation;

namespace LiMaml.Training.Tests.Evaluation;

public sealed class RefreshCadenceTests
{
    [Theory]
    [InlineData("daily", 24 * 60)]
    [InlineData("every-event", 0)]
    [InlineData("06:00:00", 6 * 60)]
    [InlineData("2.00:00:00", 48 * 60)]
    public void Parse_ANameOrATime_IsThatTime(string text, int minutes) => Assert.Equal(TimeSpan.FromMinutes(minutes), RefreshCadence.Parse(text).Every);

    [Theory]
    [InlineData("often")]
    [InlineData("00:00:00")]
    [InlineData("-01:00:00")]
    [InlineData("7 days")]
    public void Parse_SomethingElse_SaysWhatWouldDo(string text) =>
        Assert.Contains("weekly, daily, hourly, every-event", Assert.Throws<InvalidInputException>(() => RefreshCadence.Parse(text)).Message, StringComparison.Ordinal);
}
