using System.Buffers.Binary;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Confluent.SchemaRegistry;
using LiMaml.Runtime.Events;
using LiMaml.Worker.Kafka;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace LiMaml.Worker.Tests.Kafka;

public sealed class AvroEventFormatTests : IAsyncLifetime
{
    private readonly List<string> registered = [];
    private readonly EventSchema schema = EventSchema.For(StreamEvents.Schema);
    private WebApplication? registry;
    private AvroEventFormat? format;

    private AvroEventFormat Format => format!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        registry = builder.Build();
        registry.MapPost("/subjects/{subject}/versions", async (HttpRequest request) =>
        {
            var text = (string)(await JsonNode.ParseAsync(request.Body))!["schema"]!;
            if (!registered.Contains(text))
            {
                registered.Add(text);
            }

            return Results.Text($"{{\"id\":{registered.IndexOf(text) + 1}}}", "application/json");
        });
        registry.MapGet("/schemas/ids/{id:int}", (int id) => id <= registered.Count
            ? Results.Text(new JsonObject { ["schema"] = registered[id - 1] }.ToJsonString(), "application/json")
            : Results.Text("{\"error_code\":40403,\"message\":\"Schema not found\"}", "application/json", Encoding.UTF8, (int)HttpStatusCode.NotFound));
        await registry.StartAsync();
        format = New();
    }

    public async ValueTask DisposeAsync()
    {
        if (registry is not null)
        {
            await registry.DisposeAsync();
        }
    }

    [Fact]
    public void Write_ThenRead_GivesTheEventBack()
    {
        for (var number = 0; number < 50; number++)
        {
            var written = StreamEvents.Event(number) with { Weight = 0.5f };
            var read = Format.Read(Format.Write(written, out var headers), headers);
            var json = new JsonEventFormat(schema);

            Assert.Equal(json.Write(written, out _), json.Write(read, out _));
        }

        Assert.Single(registered);
    }

    [Fact]
    public void Write_IsFramedByTheSchemasId()
    {
        var payload = Format.Write(StreamEvents.Event(1), out _);

        Assert.Equal((0, 1), (payload[0], BinaryPrimitives.ReadInt32BigEndian(payload.AsSpan(1))));
    }

    [Fact]
    public void Read_WriterOfOtherNumberTypesAndFewerFields_IsUnderstood()
    {
        registered.Add("""
            {"type":"record","name":"Click","fields":[
              {"name":"label","type":"int"},
              {"name":"keys","type":{"type":"record","name":"K","fields":[{"name":"member","type":"string"}]}},
              {"name":"extra","type":"string"},
              {"name":"features","type":{"type":"record","name":"F","fields":[
                {"name":"price","type":"double"},{"name":"taste","type":{"type":"array","items":"double"}}]}}]}
            """);
        using var body = new MemoryStream();
        var encoder = new Avro.IO.BinaryEncoder(body);
        body.Write([0, 0, 0, 0, 1]);
        encoder.WriteInt(1);
        encoder.WriteString("m7");
        encoder.WriteString("not ours");
        encoder.WriteDouble(2.5);
        encoder.WriteArrayStart();
        encoder.SetItemCount(4);
        Array.ForEach([1.0, 2.0, 3.0, 4.0], encoder.WriteDouble);
        encoder.WriteArrayEnd();
        var headers = new EventHeaders(new Dictionary<string, byte[]> { [EventHeaders.Id] = "x1"u8.ToArray(), [EventHeaders.Time] = "2024-05-01T00:00:00Z"u8.ToArray() });

        var read = Format.Read(body.ToArray(), headers);

        Assert.Equal(("x1", "m7", 1f, 1f), (read.EventId, read.Keys["member"], read.Label, read.Weight));
        Assert.Equal(StreamEvents.Start, DateTimeOffset.UnixEpoch.AddTicks(read.EventTime * 10));
        Assert.Equal(new FeatureValue.Number(2.5f), read.Features["price"]);
        Assert.Equal(new FeatureValue.Vector(new float[] { 1, 2, 3, 4 }), read.Features["taste"]);
        Assert.False(read.Features.ContainsKey("item"));
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0 }, "size")]
    [InlineData(new byte[] { 1, 0, 0, 0, 1, 0 }, "malformed")]
    [InlineData(new byte[] { 0, 0, 0, 0, 99, 0 }, "schemaMismatch")]
    public void Read_WrongFrame_IsRejected(byte[] payload, string reason) =>
        Assert.Equal(reason, Assert.Throws<EventRejectedException>(() => Format.Read(payload, EventHeaders.None)).Reason);

    [Fact]
    public void Read_EveryTruncation_IsRejected()
    {
        var payload = Format.Write(StreamEvents.Event(1), out _);

        Assert.All(Enumerable.Range(6, payload.Length - 6), length =>
            Assert.Equal("malformed", Assert.Throws<EventRejectedException>(() => Format.Read(payload.AsSpan(0, length), EventHeaders.None)).Reason));
        Assert.Equal("malformed", Assert.Throws<EventRejectedException>(() => Format.Read([.. payload, 0], EventHeaders.None)).Reason);
    }

    [Fact]
    public async Task Read_RegistryAway_IsNotTheEventsFault()
    {
        var payload = Format.Write(StreamEvents.Event(1), out _);
        var another = New();
        await registry!.StopAsync();

        Assert.ThrowsAny<HttpRequestException>(() => another.Read(payload, EventHeaders.None));
    }

    private AvroEventFormat New() => new(schema, "events-value", new CachedSchemaRegistryClient(new SchemaRegistryConfig { Url = registry!.Urls.First(), MaxRetries = 1, RetriesWaitMs = 1 }));
}
