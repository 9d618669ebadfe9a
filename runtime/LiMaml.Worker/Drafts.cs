#pragma warning disable CS1591
namespace LiMaml.Runtime.Events;
public sealed class JsonEventFormat(EventSchema schema) : IEventFormat { public string Name => "json"; public InteractionEvent Read(ReadOnlySpan<byte> payload, EventHeaders headers) => throw new NotImplementedException(schema.Hash); public byte[] Write(InteractionEvent interaction, out EventHeaders headers) => throw new NotImplementedException(); }
public sealed class ProtobufEventFormat(EventSchema schema) : IEventFormat { public string Name => "protobuf"; public InteractionEvent Read(ReadOnlySpan<byte> payload, EventHeaders headers) => throw new NotImplementedException(schema.Hash); public byte[] Write(InteractionEvent interaction, out EventHeaders headers) => throw new NotImplementedException(); }
