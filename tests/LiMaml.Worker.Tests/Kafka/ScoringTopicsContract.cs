using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using LiMaml.Models.Datasets;
using LiMaml.Worker.Kafka;
using LiMaml.Worker.Tests.Operation;

namespace LiMaml.Worker.Tests.Kafka;

/// <summary>Requests in a topic, responses in another, whatever the broker.</summary>
public abstract class ScoringTopicsContract : IAsyncLifetime
{
    private WorkerRig? rig;

    /// <summary>The topic of requests; there is one of responses as well.</summary>
    protected abstract string Requests { get; }

    private WorkerRig Rig => rig!;

    public async ValueTask InitializeAsync() => rig = (WorkerRig)await OpenAsync();

    public virtual ValueTask DisposeAsync()
    {
        rig?.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>A <see cref="WorkerRig"/> on a broker with the topics.</summary>
    protected abstract Task<IDisposable> OpenAsync();

    [Fact]
    public async Task Request_OfEachKind_IsAnsweredAsOverHttp()
    {
        Rig.AddPackage("first");
        await Rig.ProduceAsync(Split.Train);
        // Before the first offset of the group is known, it begins at the end: the requests come later.
        await using var worker = await Rig.StartAsync(
            ("ScoringTopics:Requests", Requests), ("ScoringTopics:GroupId", Requests), ("Kafka:Properties:auto.commit.interval.ms", "100"));
        await WorkerRig.AwaitAsync(() => worker.Pointer is not null);
        var good = Body();
        using var http = new HttpClient { BaseAddress = worker.Address };
        using var content = new StringContent(good);
        var expected = JsonNode.Parse(await (await http.PostAsync("/v2/models/limaml/infer", content)).Content.ReadAsStringAsync())!;

        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = Rig.Address, LingerMs = 0 }).Build();
        using var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig { BootstrapServers = Rig.Address, GroupId = "client", EnableAutoCommit = false }).Build();
        TopicReader.Assign(consumer, Requests + ".responses");
        await AwaitConsumerAsync(producer, consumer, good);

        var answered = await AskAsync(producer, consumer, "r1", good);
        Assert.Equal(("r1", "200", "7"), (answered.Key, Header(answered, ScoringTopics.Status), Header(answered, "trace")));
        Assert.Equal(expected.ToJsonString(), JsonNode.Parse(answered.Value)!.ToJsonString());

        var wrong = await AskAsync(producer, consumer, "r2", "{}");
        Assert.Equal("400", Header(wrong, ScoringTopics.Status));
        Assert.NotNull(JsonNode.Parse(wrong.Value)!["error"]);

        var unknown = await AskAsync(producer, consumer, "r3", good, new Header(ScoringTopics.Model, "other"u8.ToArray()));
        Assert.Equal("404", Header(unknown, ScoringTopics.Status));

        var malformed = await AskAsync(producer, consumer, "r4", "rubbish", new Header(ScoringTopics.JsonLength, "99999"u8.ToArray()));
        Assert.Equal("400", Header(malformed, ScoringTopics.Status));
    }

    private static string Body() => new JsonObject
    {
        ["id"] = "42",
        ["inputs"] = new JsonArray(
            Tensor("task", "BYTES", 1, 1, "long"),
            Tensor("dense", "FP32", 2, 1, 25, 31),
            Tensor("categorical", "INT64", 2, 2, 1, 2, 3, 1),
            Tensor("genres", "INT64", 2, 3, 1, 0, 0, 2, 3, 0),
            Tensor("taste", "FP32", 2, 4, 1, 0, 0, 0, 0, 1, 0, 0)),
    }.ToJsonString();

    private static JsonObject Tensor(string name, string datatype, int rows, int width, params object[] data) => new()
    {
        ["name"] = name,
        ["datatype"] = datatype,
        ["shape"] = width == 1 && name == "task" ? new JsonArray(rows) : new JsonArray(rows, width),
        ["data"] = new JsonArray([.. data.Select(value => (JsonNode)(value is string text ? text : (int)value))]),
    };

    // The scorers' group begins at the end of the topic: ask until it has begun.
    private async Task AwaitConsumerAsync(IProducer<string, string> producer, IConsumer<string, string> consumer, string body)
    {
        await WorkerRig.AwaitAsync(() =>
        {
            producer.Produce(Requests, new Message<string, string> { Key = "probe", Value = body });
            return consumer.Consume(TimeSpan.FromMilliseconds(200)) is not null;
        });
    }

    private async Task<Message<string, string>> AskAsync(IProducer<string, string> producer, IConsumer<string, string> consumer, string key, string body, params Header[] more)
    {
        var headers = new Headers { { "trace", "7"u8.ToArray() } };
        Array.ForEach(more, headers.Add);
        await producer.ProduceAsync(Requests, new Message<string, string> { Key = key, Value = body, Headers = headers });
        while (true)
        {
            var answer = consumer.Consume(TimeSpan.FromSeconds(30));
            Assert.NotNull(answer);
            if (answer.Message.Key == key)
            {
                return answer.Message;
            }
        }
    }

    private static string Header(Message<string, string> message, string name) =>
        message.Headers.TryGetLastBytes(name, out var bytes) ? Encoding.UTF8.GetString(bytes).ToString(CultureInfo.InvariantCulture) : "";
}
