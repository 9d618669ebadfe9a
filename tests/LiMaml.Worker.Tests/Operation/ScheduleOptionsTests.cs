using LiMaml.Worker.Operation;

namespace LiMaml.Worker.Tests.Operation;

public sealed class ScheduleOptionsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 2, 30, 0, TimeSpan.Zero);

    [Fact]
    public void Next_ByDefault_IsDailyAtThree() =>
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 3, 0, 0, TimeSpan.Zero), new ScheduleOptions().Next(Now));

    [Fact]
    public void Next_SixFields_HasSeconds() =>
        Assert.Equal(Now.AddSeconds(15), new ScheduleOptions { Cron = "*/15 * * * * *" }.Next(Now));

    [Fact]
    public void Next_InAnotherZone_IsThatZonesTime() =>
        Assert.Equal(new DateTimeOffset(2026, 3, 2, 2, 0, 0, TimeSpan.Zero), new ScheduleOptions { TimeZone = "Etc/GMT-1" }.Next(Now)?.ToUniversalTime());

    [Fact]
    public void Next_WithoutCron_IsNever() => Assert.Null(new ScheduleOptions { Cron = "" }.Next(Now));
}
