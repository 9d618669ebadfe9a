using Confluent.Kafka;
using LiMaml.Models;
using LiMaml.Worker.Broker;
using LiMaml.Worker.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiMaml.Worker.Tests.Kafka;

public sealed class KafkaEmbeddingStoreTests : KafkaEmbeddingStoreContract
{
    private readonly EmbeddedBroker broker = EmbeddedBroker.Start();

    public override ValueTask InitializeAsync()
    {
        broker.CreateTopic("embeddings", 3);
        return base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        broker.Dispose();
    }

    protected override Task<KafkaEmbeddingStore> OpenStoreAsync() => OpenStoreAsync("embeddings");

    [Fact]
    public async Task WriteAsync_BrokerAway_WaitsForIt()
    {
        await PublishAsync(1, [Embedding("a", 1)]);
        broker.TakeDown();
        var writing = Store.WriteAsync(Bundle, 1, [Embedding("a", 2)], default);
        Assert.False(writing.IsCompleted);
        Assert.Equal(1, (await Store.ReadAsync(Pointer(1), "member", ["a"], default))[0]!.SupportCount);
        broker.BringUp();
        await writing.WaitAsync(TimeSpan.FromSeconds(60));

        await HoldsAsync(1, Embedding("a", 2));
    }

    [Fact]
    public async Task OpenAsync_TopicThatTheBrokerWouldMakeByItself_IsNotMadeWithoutCompaction()
    {
        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => OpenStoreAsync("missing"));
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();

        Assert.Contains("Embeddings:Topic: found 'missing'", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("missing", admin.GetMetadata(TimeSpan.FromSeconds(10)).Topics.Select(topic => topic.Topic));
    }

    [Fact]
    public void Admin_PropertiesOfTheCluster_AreUsed()
    {
        var settings = ClientSettings.Admin(new KafkaOptions { Properties = new Dictionary<string, string> { ["security.protocol"] = "ssl", ["allow.auto.create.topics"] = "true" } });

        Assert.Equal((SecurityProtocol.Ssl, false), (settings.SecurityProtocol, settings.AllowAutoCreateTopics));
    }

    private Task<KafkaEmbeddingStore> OpenStoreAsync(string topic) => KafkaEmbeddingStore.OpenAsync(
        new KafkaOptions { BootstrapServers = broker.BootstrapServers, Topic = "events" }, topic, NullLogger.Instance);
}
