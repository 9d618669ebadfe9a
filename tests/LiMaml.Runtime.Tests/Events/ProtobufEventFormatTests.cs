using Google.Protobuf;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Events.Wire;
using LiMaml.Runtime.Tests.Samples;

namespace LiMaml.Runtime.Tests.Events;

public sealed class ProtobufEventFormatTests
{
    private static ProtobufEventFormat Format { get; } = new(SampleEvents.Schema);

    [Fact]
    public void Write_Example_HoldsValuesInOrderOfNames()
    {
        var message = Interaction.Parser.ParseFrom(Format.Write(SampleEvents.Example, out var headers));
        Assert.Equal(SampleEvents.Schema.Hash, message.Schema.ToString("x16"));
        Assert.Equal(["i|7", "m1"], message.Keys);
        Assert.Equal([31.25f, 3f], message.Dense);
        Assert.Equal(["a", "i7", ""], message.Categories);
        Assert.Equal([0u, 0u, 7u], message.CategoryIndices);
        Assert.Equal(["x", "Müller"], message.CategorySets.Single().Values);
        Assert.Equal([0.1f, -2, 0, 1e-20f], message.Vectors);
        Assert.Empty(headers.Values);
        Assert.Equal("protobuf", Format.Name);
    }

    [Fact]
    public void Write_WithoutIndices_LeavesThemOut() =>
        Assert.Empty(Interaction.Parser.ParseFrom(Format.Write(SampleEvents.Example.With("member", null), out _)).CategoryIndices);

    [Fact]
    public void Read_IndicesOfASet_AreKept()
    {
        var written = SampleEvents.Example.With("genres", new FeatureValue.CategoryIndices([3, 1]));
        Assert.Equal(new FeatureValue.CategoryIndices([3, 1]), Format.Read(Format.Write(written, out _), EventHeaders.None).Features["genres"]);
    }

    [Fact]
    public void Read_EventOfAnotherSchema_NamesBoth()
    {
        var other = EventSchema.For(TestModel.Schema with { Features = [.. TestModel.Schema.Features, new DenseFeature("price")] });
        var payload = new ProtobufEventFormat(other).Write(SampleEvents.Example.With("price", new FeatureValue.Number(1)), out _);
        Rejected(payload, RejectionReasons.SchemaMismatch, $"schema hash: found {other.Hash}, expected {SampleEvents.Schema.Hash}, the hash of the schema in use.");
    }

    [Fact]
    public void Read_CloudEvents_FillWhatThePayloadLacks()
    {
        var headers = new EventHeaders(new Dictionary<string, byte[]> { ["ce_id"] = "c-9"u8.ToArray(), ["ce_time"] = "2026-01-05T10:00:01Z"u8.ToArray() });
        var read = Format.Read(Changed(message => { message.ClearEventTime(); message.EventId = ""; }), headers);
        Assert.Equal(("c-9", 1_767_607_201_000_000), (read.EventId, read.EventTime));
    }

    [Fact]
    public void Read_WithoutAWeight_HasWeightOne() => Assert.Equal(1, Format.Read(Changed(message => message.ClearWeight()), EventHeaders.None).Weight);

    [Fact]
    public void Read_WrongCounts_Reject()
    {
        Rejected(Changed(message => message.Keys.Add("more")), RejectionReasons.Malformed, "keys: found 3 values, expected 2, as the schema has.");
        Rejected(Changed(message => message.Dense.Add(1)), RejectionReasons.Malformed, "dense: found 3 values, expected 2");
        Rejected(Changed(message => message.Categories.RemoveAt(0)), RejectionReasons.Malformed, "categories: found 2 values, expected 3");
        Rejected(Changed(message => message.CategoryIndices.RemoveAt(0)), RejectionReasons.Malformed, "category_indices: found 2 values, expected none or 3");
        Rejected(Changed(message => message.CategorySets.Clear()), RejectionReasons.Malformed, "category_sets: found 0 values, expected 1");
        Rejected(Changed(message => message.Vectors.Clear()), RejectionReasons.Malformed, "vectors: found 0 values, expected 4");
    }

    [Fact]
    public void Read_ValuesBesideIndices_Reject()
    {
        Rejected(Changed(message => message.CategoryIndices[0] = 1), RejectionReasons.Malformed, "categories: found a value beside its index");
        Rejected(Changed(message => message.CategorySets[0].Indices.Add(1)), RejectionReasons.Malformed, "category_sets: found values beside indices");
    }

    [Fact]
    public void Read_MissingMembers_Reject()
    {
        Rejected(Changed(message => message.ClearLabel()), RejectionReasons.MissingMember, "label: found nothing");
        Rejected(Changed(message => message.ClearEventTime()), RejectionReasons.MissingMember, "event time: found nothing");
    }

    [Fact]
    public void Read_NoMessage_Rejects()
    {
        Rejected([], RejectionReasons.Size, "payload: found 0 bytes");
        Rejected(new byte[(1 << 20) + 1], RejectionReasons.Size, "expected 1 to 1048576");
        Rejected([0xFF, 0xFF], RejectionReasons.Malformed, "found 2 bytes that are no Interaction message");
        Rejected(Format.Write(SampleEvents.Example, out _)[..40], RejectionReasons.Malformed, "expected Protobuf as in interaction.proto");
    }

    [Fact]
    public void Read_HugeIndex_IsRejectedByTheSchema()
    {
        var read = Format.Read(Changed(message => message.CategoryIndices[2] = uint.MaxValue), EventHeaders.None);
        Assert.Equal(RejectionReasons.FeatureValue, Assert.Throws<EventRejectedException>(() => SampleEvents.Schema.Validate(read, SampleEvents.Now, TimeSpan.Zero)).Reason);
    }

    [Fact]
    public void Write_EventThatTheFormCannotExpress_Rejects()
    {
        Assert.Equal(RejectionReasons.MissingFeature, Assert.Throws<EventRejectedException>(() => Format.Write(SampleEvents.Example.With("age", null), out _)).Reason);
        Assert.Equal(RejectionReasons.FeatureKind, Assert.Throws<EventRejectedException>(() => Format.Write(SampleEvents.Example.With("age", new FeatureValue.Category("1")), out _)).Reason);
    }

    private static byte[] Changed(Action<Interaction> change)
    {
        var message = Interaction.Parser.ParseFrom(Format.Write(SampleEvents.Example, out _));
        change(message);
        return message.ToByteArray();
    }

    private static void Rejected(byte[] payload, string reason, string message)
    {
        var fault = Assert.Throws<EventRejectedException>(() => Format.Read(payload, EventHeaders.None));
        Assert.Equal(reason, fault.Reason);
        Assert.Contains(message, fault.Message);
    }
}
