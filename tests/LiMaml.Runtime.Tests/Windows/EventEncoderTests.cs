using System.Globalization;
using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Events.Wire;
using LiMaml.Runtime.Tests.Events;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Runtime.Windows;
using Microsoft.Extensions.Time.Testing;

namespace LiMaml.Runtime.Tests.Windows;

public sealed class EventEncoderTests
{
    private static readonly long Latest = EventValidation.Latest(SampleEvents.Now.AddYears(100), TimeSpan.Zero);

    private static EventSchema Schema { get; } = EventSchema.For(TestModel.Schema with
    {
        Features = [.. TestModel.Schema.Features, new MultiValuedFeature("tags", null, 40, 5), new DenseFeature("clicks", DenseTransform.Log1p)],
        Tasks = [.. TestModel.Schema.Tasks, new TaskDefinition("pair", ["item", "member"], ["age"])],
    });

    private static ProtobufEventFormat Format { get; } = new(Schema);

    [Fact]
    public void TryAppend_RandomEvents_GivesTheBytesOfReadingThem()
    {
        var random = new Random(3);
        var copied = 0;
        for (var round = 0; round < 3000; round++)
        {
            var interaction = Random(random);
            var payload = Format.Write(interaction, out _);
            var copy = new EncodedEvents();
            if (Copy().TryAppend(payload, Latest, copy))
            {
                copied++;
                Assert.Equal(Read(payload), Hex(copy));
            }
            else
            {
                Assert.Equal(0, copy.Count);
                Assert.True(interaction.EventId is null, SampleEvents.Text(interaction)); // the only valid kind that it leaves to the format
            }
        }

        Assert.InRange(copied, 1000, 2900);
    }

    [Theory]
    [InlineData(LabelKind.Binary, 0f, 1f)]
    [InlineData(LabelKind.Graded, 0f, 0.25f, 1f)]
    [InlineData(LabelKind.Real, -7f, 0f, 0.25f, 1f, 7f)]
    public void TryAppend_ALabel_TakesThoseOfTheSchemasKind(LabelKind kind, params float[] taken)
    {
        var schema = EventSchema.For(Schema.Dataset with { Label = kind });
        var copier = new InteractionCopy(schema, new TaskColumns(schema.Dataset, null));
        var random = new Random(5);

        Assert.All([-7, 0, 0.25f, 1, 7, float.NaN], label =>
        {
            var payload = new ProtobufEventFormat(schema).Write(Random(random) with { EventId = "e", Label = label }, out _);
            Assert.Equal(taken.Contains(label), copier.TryAppend(payload, Latest, new EncodedEvents()));
        });
    }

    [Fact]
    public void TryAppend_DamagedMessages_TakesOnlyWhatReadingTakes()
    {
        var random = new Random(4);
        var (taken, refused) = (0, 0);
        var copy = new EncodedEvents();
        var copier = Copy();
        for (var round = 0; round < 60_000; round++)
        {
            var payload = Damaged(Format.Write(Random(random) with { EventId = "e" }, out _), random);
            copy.Clear();
            if (copier.TryAppend(payload, Latest, copy))
            {
                taken++;
                Assert.Equal(Read(payload), Hex(copy));
            }
            else
            {
                refused++;
                Assert.Equal(0, copy.Bytes.Length);
            }
        }

        Assert.InRange(taken, 1000, 59_000);
        Assert.InRange(refused, 1000, 59_000);
    }

    [Theory]
    [InlineData("unknown field")]
    [InlineData("numbers one by one")]
    [InlineData("no weight")]
    [InlineData("no id")]
    [InlineData("fields in another order")]
    public void Encode_UnusualMessages_AreReadAsTheyAre(string kind)
    {
        var usual = Format.Write(SampleEvents.Example.With("clicks", new FeatureValue.Number(2)) with { Weight = 1 }, out _);
        var message = Interaction.Parser.ParseFrom(usual);
        byte[] payload = kind switch
        {
            "unknown field" => [.. usual, (byte)((15 << 3) | 0), 1],
            "numbers one by one" => OneByOne(message),
            "no id" => Google.Protobuf.MessageExtensions.ToByteArray(new Interaction(message) { EventId = "" }),
            "fields in another order" => [.. usual.AsSpan(9), .. usual.AsSpan(0, 9)],
            _ => usual,
        };
        var target = new EncodedEvents();
        Encoder().Encode(payload, EventHeaders.None, target);
        Assert.Equal(1, target.Count);
        Assert.Equal(Read(payload), Hex(target));
    }

    [Fact]
    public void Encode_RejectedEvents_LeavesTheOthers()
    {
        var target = new EncodedEvents();
        var encoder = Encoder();
        encoder.Encode(Format.Write(Random(new Random(1)), out _), EventHeaders.None, target);
        var before = Hex(target);
        var invalid = Format.Write(SampleEvents.Example.With("clicks", new FeatureValue.Number(-1)), out _);
        Assert.Equal(RejectionReasons.FeatureValue, Assert.Throws<EventRejectedException>(() => encoder.Encode(invalid, EventHeaders.None, target)).Reason);
        Assert.Throws<EventRejectedException>(() => encoder.Encode([1, 2, 3], EventHeaders.None, target));
        Assert.Equal(before, Hex(target));
    }

    [Fact]
    public void Encode_EventsBeyondTheClock_AreRejected()
    {
        var clock = new FakeTimeProvider(SampleEvents.Now);
        var encoder = new EventEncoder(Format, Schema, new WindowOptions { MaxFutureSkew = TimeSpan.FromHours(1) }, clock);
        var latest = EventTime(SampleEvents.Now.AddHours(1));
        var target = new EncodedEvents();
        encoder.Encode(At(latest), EventHeaders.None, target);
        Assert.Equal(RejectionReasons.FutureEventTime, Assert.Throws<EventRejectedException>(() => encoder.Encode(At(latest + 1), EventHeaders.None, target)).Reason);
        clock.Advance(TimeSpan.FromMicroseconds(1));
        encoder.Encode(At(latest + 1), EventHeaders.None, target);
        Assert.Equal(2, target.Count);

        static byte[] At(long time) => Format.Write(SampleEvents.Example.With("clicks", new FeatureValue.Number(0)) with { EventTime = time }, out _);
    }

    [Fact]
    public void Apply_EncodedEvents_GivesTheWindowsOfTheEvents()
    {
        var random = new Random(5);
        var events = Enumerable.Range(0, 300).Select(_ => Random(random)).ToList();
        var encoded = new EncodedEvents();
        var part = new EncodedEvents();
        var encoder = Encoder();
        foreach (var interaction in events)
        {
            part.Clear();
            encoder.Encode(Format.Write(interaction, out _), EventHeaders.None, part);
            encoded.Add(part);
        }

        Assert.Equal(Windows(store => store.Apply(events, 7)), Windows(store => store.Apply(encoded, 7)));
    }

    [Fact]
    public void Apply_EventsOfAnotherSchema_AreKeptWithIt()
    {
        var other = new EncodedEvents();
        var format = new ProtobufEventFormat(SampleEvents.Schema);
        new EventEncoder(format, SampleEvents.Schema, new WindowOptions(), new FakeTimeProvider(SampleEvents.Now)).Encode(format.Write(SampleEvents.Example, out _), EventHeaders.None, other);
        var windows = Windows(store => store.Apply(other, 1));
        Assert.Contains("\"e-1\"", windows, StringComparison.Ordinal);
        Assert.DoesNotContain("clicks", windows, StringComparison.Ordinal);
    }

    private static InteractionCopy Copy() => new(Schema, new TaskColumns(Schema.Dataset, null));

    private static EventEncoder Encoder() => new(Format, Schema, new WindowOptions(), new FakeTimeProvider(SampleEvents.Now.AddYears(100)));

    private static long EventTime(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>What a store would keep of the event that the format reads.</summary>
    private static string Read(byte[] payload)
    {
        var interaction = Format.Read(payload, EventHeaders.None);
        Schema.Validate(interaction, SampleEvents.Now.AddYears(100), TimeSpan.Zero);
        var target = new EncodedEvents();
        EventEncoder.Append(interaction, Schema.Layout, new TaskColumns(Schema.Dataset, null), target);
        return Hex(target);
    }

    private static string Hex(EncodedEvents events) =>
        string.Join(' ', Enumerable.Range(0, events.Count).Select(index => string.Create(CultureInfo.InvariantCulture, $"{events.At(index).Time}:{Convert.ToHexString(events.Bytes[events.At(index).Bytes])}")));

    private static string Windows(Action<WindowStore> fill)
    {
        var folder = Directory.CreateTempSubdirectory("limaml-test-");
        try
        {
            using var store = WindowStore.Open(Path.Combine(folder.FullName, "store"), Schema, new WindowOptions { MaxAge = TimeSpan.FromDays(36525) });
            fill(store);
            using var stream = new MemoryStream();
            store.Export(stream);
            return System.Text.Encoding.UTF8.GetString(stream.ToArray());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static InteractionEvent Random(Random random)
    {
        var interaction = SampleEvents.Random(random).With("clicks", new FeatureValue.Number(random.Next(5)));
        return random.Next(3) switch
        {
            0 => interaction,
            1 => interaction.With("tags", new FeatureValue.CategoryIndices([.. Enumerable.Range(0, 1 + random.Next(7)).Select(_ => 1 + random.Next(40))])),
            _ => interaction.With("tags", new FeatureValue.Categories(["a", "é"])),
        };
    }

    private static byte[] Damaged(byte[] payload, Random random)
    {
        var place = random.Next(payload.Length);
        switch (random.Next(5))
        {
            case 0:
                payload[place] ^= (byte)(1 << random.Next(8));
                return payload;
            case 1:
                payload[place] = (byte)random.Next(256);
                return payload;
            case 2:
                return payload[..place];
            case 3:
                return [.. payload[..place], (byte)random.Next(256), .. payload[place..]];
            default:
                // A part of another place: often whole fields, again.
                var start = random.Next(payload.Length);
                return [.. payload, .. payload[start..]];
        }
    }

    private static byte[] OneByOne(Interaction message)
    {
        var rest = new Interaction(message);
        rest.Dense.Clear();
        return [.. Google.Protobuf.MessageExtensions.ToByteArray(rest), .. message.Dense.SelectMany(number => (byte[])[(7 << 3) | 5, .. BitConverter.GetBytes(number)])];
    }
}
