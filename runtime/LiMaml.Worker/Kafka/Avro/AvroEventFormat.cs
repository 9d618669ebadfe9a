using System.Buffers.Binary;
using Avro;
using Avro.Generic;
using Avro.IO;
using Confluent.SchemaRegistry;
using LiMaml.Runtime.Events;
using Schema = Avro.Schema;

namespace LiMaml.Worker.Kafka;

/// <summary>
/// Events in Avro with Confluent's framing: a zero byte, the id of the writer's schema in the registry (big-endian), the
/// record. Any writer's schema will do that has the fields of <see cref="AvroEventSchema"/> in types that can be read as theirs.
/// </summary>
/// <param name="schema">The schema of events.</param>
/// <param name="subject">Under which its Avro form is registered when events are written.</param>
/// <param name="registry">Where writers' schemas are found.</param>
internal sealed class AvroEventFormat(EventSchema schema, string subject, ISchemaRegistryClient registry) : IEventFormat
{
    private const int FrameLength = 5;
    private const int UnknownSchema = 40403;
    private readonly RecordSchema own = (RecordSchema)Schema.Parse(AvroEventSchema.Of(schema));
    private readonly Dictionary<int, RecordSchema> writers = [];
    private readonly Lock guard = new();
    private int? ownId;

    /// <inheritdoc/>
    public string Name => EventFormats.Avro;

    /// <inheritdoc/>
    /// <exception cref="HttpRequestException">The registry is away: try again.</exception>
    public InteractionEvent Read(ReadOnlySpan<byte> payload, EventHeaders headers)
    {
        if (payload.Length is <= FrameLength or > EventLimits.MaxPayloadBytes)
        {
            throw new EventRejectedException(RejectionReasons.Size, $"payload: found {payload.Length} bytes, expected {FrameLength + 1} to {EventLimits.MaxPayloadBytes}.");
        }

        if (payload[0] != 0)
        {
            throw new EventRejectedException(RejectionReasons.Malformed, $"payload: found first byte {payload[0]}, expected 0 and the id of a registered schema.");
        }

        var writer = WriterOf(BinaryPrimitives.ReadInt32BigEndian(payload[1..]));
        return new AvroEvent(Decode(writer, payload[FrameLength..]), schema.Dataset).Read(headers);
    }

    /// <inheritdoc/>
    /// <exception cref="HttpRequestException">The registry is away: try again.</exception>
    public byte[] Write(InteractionEvent interaction, out EventHeaders headers)
    {
        headers = EventHeaders.None;
        using var stream = new MemoryStream();
        Span<byte> frame = stackalloc byte[FrameLength];
        BinaryPrimitives.WriteInt32BigEndian(frame[1..], OwnId());
        stream.Write(frame);
        var record = AvroRecord.Of(interaction, own, schema.Dataset);
        try
        {
            new GenericDatumWriter<GenericRecord>(own).Write(record, new BinaryEncoder(stream));
        }
        catch (AvroException fault)
        {
            throw new EventRejectedException(RejectionReasons.FeatureKind, $"event: Avro can't express it ({fault.Message}).", fault);
        }

        return stream.ToArray();
    }

    private static GenericRecord Decode(RecordSchema writer, ReadOnlySpan<byte> body)
    {
        using var stream = new MemoryStream(body.ToArray(), writable: false);
        try
        {
            var record = new GenericDatumReader<GenericRecord>(writer, writer).Read(null!, new BinaryDecoder(stream));
            return stream.Position == stream.Length
                ? record
                : throw new EventRejectedException(RejectionReasons.Malformed, $"payload: found {stream.Length - stream.Position} bytes after the record, expected none.");
        }
#pragma warning disable CA1031 // the decoder meets hostile bytes with exceptions of many kinds
        catch (Exception fault) when (fault is not EventRejectedException and not OutOfMemoryException)
#pragma warning restore CA1031
        {
            throw new EventRejectedException(RejectionReasons.Malformed, $"payload: found bytes that are no record of schema {writer.Fullname} ({fault.Message}).", fault);
        }
    }

    private RecordSchema WriterOf(int id)
    {
        lock (guard)
        {
            if (!writers.TryGetValue(id, out var writer))
            {
                writer = Fetch(id);
                writers.Add(id, writer);
            }

            return writer;
        }
    }

    private RecordSchema Fetch(int id)
    {
        try
        {
            var registered = registry.GetSchemaAsync(id).GetAwaiter().GetResult();
            return Schema.Parse(registered.SchemaString) as RecordSchema
                ?? throw new EventRejectedException(RejectionReasons.SchemaMismatch, $"payload: found schema {id}, which is no record.");
        }
        catch (SchemaRegistryException fault) when (fault.ErrorCode == UnknownSchema)
        {
            throw new EventRejectedException(RejectionReasons.SchemaMismatch, $"payload: found schema {id}, which the registry does not know.", fault);
        }
        catch (SchemaParseException fault)
        {
            throw new EventRejectedException(RejectionReasons.SchemaMismatch, $"payload: found schema {id}, which is no Avro schema ({fault.Message}).", fault);
        }
    }

    private int OwnId()
    {
        lock (guard)
        {
            return ownId ??= registry.RegisterSchemaAsync(subject, new Confluent.SchemaRegistry.Schema(own.ToString(), SchemaType.Avro)).GetAwaiter().GetResult();
        }
    }
}
