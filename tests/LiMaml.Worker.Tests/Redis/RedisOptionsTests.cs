using LiMaml.Models;
using LiMaml.Worker.Redis;

namespace LiMaml.Worker.Tests.Redis;

public sealed class RedisOptionsTests
{
    private static readonly RedisOptions Good = new() { Configuration = "localhost:6379" };

    [Fact]
    public void Validate_Defaults_NeedOnlyServers() => Good.Validate();

    [Fact]
    public void Validate_OutOfRange_NamesTheSetting()
    {
        Refused(Good with { Configuration = "" }, "Redis:Configuration: found nothing, expected servers");
        Refused(Good with { Configuration = "localhost:6379,colour=red" }, "Redis:Configuration: Keyword 'colour'");
        Refused(Good with { Prefix = "a{b}" }, "Redis:Prefix: found 'a{b}'");
        Refused(Good with { Prefix = "" }, "Redis:Prefix: found ''");
        Refused(Good with { BatchSize = 0 }, "Redis:BatchSize: found 0");
        Refused(Good with { FirstRetry = TimeSpan.Zero }, "Redis:FirstRetry: found 00:00:00");
        Refused(Good with { LongestRetry = TimeSpan.FromMilliseconds(1) }, "Redis:LongestRetry: found 00:00:00.0010000, expected 00:00:00.1000000 to 1 hour");
        Refused(Good with { UnfinishedExpiry = TimeSpan.Zero }, "Redis:UnfinishedExpiry: found 00:00:00");

        static void Refused(RedisOptions options, string message) => Assert.StartsWith(message, Assert.Throws<InvalidInputException>(options.Validate).Message);
    }
}
