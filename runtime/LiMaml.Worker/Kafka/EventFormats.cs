using Confluent.SchemaRegistry;
using LiMaml.Runtime.Events;

namespace LiMaml.Worker.Kafka;

/// <summary>The written forms of events that configuration can name.</summary>
internal static class EventFormats
{
    /// <summary>The name of Avro's.</summary>
    public const string Avro = "avro";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["json", "protobuf", Avro];

    /// <summary>The form that the options name, for events of a schema.</summary>
    public static IEventFormat Create(KafkaOptions options, EventSchema schema) => options.Format switch
    {
        "json" => new JsonEventFormat(schema),
        "protobuf" => new ProtobufEventFormat(schema),
        _ => new AvroEventFormat(schema, options.Topic + "-value", Registry(options)),
    };

    private static CachedSchemaRegistryClient Registry(KafkaOptions options) => new(new SchemaRegistryConfig { Url = options.SchemaRegistryUrl });
}
