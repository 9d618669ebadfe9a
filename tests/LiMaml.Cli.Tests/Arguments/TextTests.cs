using System.CommandLine;
using LiMaml.Cli.Arguments;

namespace LiMaml.Cli.Tests.Arguments;

public sealed class TextTests
{
    [Theory]
    [InlineData("1073741824", 1_073_741_824)]
    [InlineData("2GiB", 2_147_483_648)]
    [InlineData("1.5gib", 1_610_612_736)]
    [InlineData("1500MB", 1_500_000_000)]
    [InlineData("512 KiB", 524_288)]
    public void Bytes_OfASize_IsItsNumberOfBytes(string text, long bytes) => Assert.Equal(bytes, Parse(Text.Bytes("--size", ""), text));

    [Theory]
    [InlineData("")]
    [InlineData("GiB")]
    [InlineData("-1MB")]
    [InlineData("9999999TB")]
    public void Bytes_OfSomethingElse_IsRefused(string text) => Assert.Contains("expected a size", Refusal(Text.Bytes("--size", ""), text), StringComparison.Ordinal);

    [Theory]
    [InlineData("2024-03-01", "2024-03-01T00:00:00Z")]
    [InlineData("2024-03-01T12:00:00Z", "2024-03-01T12:00:00Z")]
    [InlineData("2024-03-01T12:00:00+02:00", "2024-03-01T10:00:00Z")]
    public void Moment_OfIso8601_IsInUtc(string text, string utc) =>
        Assert.Equal(DateTimeOffset.Parse(utc, System.Globalization.CultureInfo.InvariantCulture), Parse(Text.Moment("--as-of", ""), text));

    [Theory]
    [InlineData("03/01/2024")]
    [InlineData("12:00")]
    [InlineData("2024-13-01")]
    public void Moment_OfSomethingElse_IsRefused(string text) => Assert.Contains("expected a time", Refusal(Text.Moment("--as-of", ""), text), StringComparison.Ordinal);

    private static T Parse<T>(Option<T> option, string text)
    {
        var result = new Command("test") { option }.Parse([option.Name, text]);
        Assert.Empty(result.Errors);
        return result.GetValue(option)!;
    }

    private static string Refusal(Option option, string text) => string.Join('\n', new Command("test") { option }.Parse([option.Name, text]).Errors.Select(error => error.Message));
}
