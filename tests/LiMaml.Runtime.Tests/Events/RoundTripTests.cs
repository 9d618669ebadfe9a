using FsCheck;
using FsCheck.Fluent;
using LiMaml.Runtime.Events;

namespace LiMaml.Runtime.Tests.Events;

public sealed class RoundTripTests
{
    private static Arbitrary<int> Seeds { get; } = Gen.Choose(0, int.MaxValue).ToArbitrary();

    public static TheoryData<string> Formats => ["json", "protobuf"];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Read_WhatWasWritten_GivesTheSameEvent(string name) =>
        Prop.ForAll(Seeds, seed =>
        {
            var written = SampleEvents.Random(new Random(seed));
            var format = Format(name);
            var read = format.Read(format.Write(written, out var headers), headers);
            return SampleEvents.Text(read) == SampleEvents.Text(written);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Formats))]
    public void Validate_ValidEventThatWasRead_Accepts(string name) =>
        Prop.ForAll(Seeds, seed =>
        {
            var format = Format(name);
            var written = SampleEvents.Random(new Random(seed)) with { EventTime = 5 };
            SampleEvents.Schema.Validate(written, SampleEvents.Now, TimeSpan.Zero);
            SampleEvents.Schema.Validate(format.Read(format.Write(written, out var headers), headers), SampleEvents.Now, TimeSpan.Zero);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Formats))]
    public void Read_AnyBytes_GivesAnEventOrRejects(string name) =>
        Prop.ForAll(Seeds, seed =>
        {
            var (format, random) = (Format(name), new Random(seed));
            var payload = format.Write(SampleEvents.Random(random), out var headers);
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                payload[random.Next(payload.Length)] = (byte)random.Next(256);
            }

            payload = random.Next(2) == 0 ? payload : payload[..random.Next(payload.Length)];
            try
            {
                format.Read(payload, headers);
            }
            catch (EventRejectedException rejected)
            {
                Assert.NotEmpty(rejected.Reason);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Write_EitherFormat_ReadsAsTheOther()
    {
        var json = Format("json").Read(Format("json").Write(SampleEvents.Example, out _), EventHeaders.None);
        var protobuf = Format("protobuf").Read(Format("protobuf").Write(json, out _), EventHeaders.None);
        Assert.Equal(SampleEvents.Text(SampleEvents.Example), SampleEvents.Text(protobuf));
    }

    private static IEventFormat Format(string name) =>
        name == "json" ? new JsonEventFormat(SampleEvents.Schema) : new ProtobufEventFormat(SampleEvents.Schema);
}
