using LiMaml.Models;
using LiMaml.Worker.Kafka;

namespace LiMaml.Worker.Tests.Kafka;

public sealed class PaceTests
{
    private static readonly TimeSpan Recorded = TimeSpan.FromHours(2);

    [Fact]
    public void Due_WithRate_CountsEvents() =>
        Assert.Equal(TimeSpan.FromSeconds(5), new Pace { EventsPerSecond = 20 }.Due(100, Recorded));

    [Fact]
    public void Due_WithSpeed_ScalesRecordedTime() =>
        Assert.Equal(TimeSpan.FromMinutes(12), new Pace { Speed = 10 }.Due(100, Recorded));

    [Fact]
    public void Due_WithNeither_IsNow() => Assert.Equal(TimeSpan.Zero, new Pace().Due(100, Recorded));

    [Fact]
    public void Validate_RateAndSpeed_Throws() =>
        Assert.Throws<InvalidInputException>(() => new Pace { EventsPerSecond = 1, Speed = 1 }.Validate());

    [Theory]
    [InlineData(0.0)]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    public void Validate_RateOutOfRange_Throws(double rate)
    {
        Assert.Throws<InvalidInputException>(() => new Pace { EventsPerSecond = rate }.Validate());
        Assert.Throws<InvalidInputException>(() => new Pace { Speed = rate }.Validate());
    }
}
