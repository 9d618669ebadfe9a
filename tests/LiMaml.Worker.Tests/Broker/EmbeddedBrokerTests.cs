using System.Text;
using Confluent.Kafka;
using LiMaml.Models;
using LiMaml.Worker.Broker;

namespace LiMaml.Worker.Tests.Broker;

public sealed class EmbeddedBrokerTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public void CreateTopic_WithPartitions_HasExactlyThese()
    {
        using var broker = EmbeddedBroker.Start();
        broker.CreateTopic("events", 7);

        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();

        Assert.Equal(7, admin.GetMetadata("events", Deadline).Topics.Single().Partitions.Count);
    }

    [Fact]
    public void CreateTopic_Twice_Throws()
    {
        using var broker = EmbeddedBroker.Start();
        broker.CreateTopic("events", 1);

        var error = Assert.Throws<InvalidInputException>(() => broker.CreateTopic("events", 2));
        Assert.Contains("topic 'events'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    public void Start_CountOutOfRange_Throws(int brokerCount) =>
        Assert.Throws<InvalidInputException>(() => EmbeddedBroker.Start(brokerCount));

    [Fact]
    public async Task Produce_WithKeyAndHeaders_IsConsumedAsWritten()
    {
        using var broker = EmbeddedBroker.Start();
        broker.CreateTopic("events", 2);
        await ProduceAsync(broker, 1, "key", "value");

        var read = Consume(broker, 1);

        Assert.Equal("key", Encoding.UTF8.GetString(read.Message.Key));
        Assert.Equal("value", Encoding.UTF8.GetString(read.Message.Value));
        Assert.Equal("h", read.Message.Headers.Single().Key);
    }

    [Fact]
    public async Task Refuse_Produce_DelaysButLosesNothing()
    {
        using var broker = EmbeddedBroker.Start();
        broker.CreateTopic("events", 2);
        broker.Refuse(BrokerRequest.Produce, ErrorCode.NotEnoughReplicas, 3);

        var delivery = await ProduceAsync(broker, 0, "key", "value");

        Assert.Equal(PersistenceStatus.Persisted, delivery.Status);
        Assert.Equal("value", Encoding.UTF8.GetString(Consume(broker, 0).Message.Value));
    }

    [Fact]
    public async Task TakeDown_UntilBroughtUp_DelaysProducing()
    {
        using var broker = EmbeddedBroker.Start();
        broker.CreateTopic("events", 1);
        await ProduceAsync(broker, 0, "key", "before");
        broker.TakeDown();

        var delivery = ProduceAsync(broker, 0, "key", "after");
        Assert.False(delivery.IsCompleted);
        broker.BringUp();

        Assert.Equal(1, (await delivery.WaitAsync(Deadline)).Offset.Value);
    }

    [Fact]
    public void Dispose_Twice_EndsTheClusterOnce()
    {
        var broker = EmbeddedBroker.Start();
        broker.Dispose();
        broker.Dispose();

        Assert.Throws<ObjectDisposedException>(broker.TakeDown);
    }

    private static async Task<DeliveryResult<byte[], byte[]>> ProduceAsync(EmbeddedBroker broker, int partition, string key, string value)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = broker.BootstrapServers, LingerMs = 0, RetryBackoffMs = 10, ReconnectBackoffMs = 10 })
            .SetLogHandler((_, _) => { }).Build();
        var message = new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(key), Value = Encoding.UTF8.GetBytes(value), Headers = new Headers { { "h", [1] } } };
        return await producer.ProduceAsync(new TopicPartition("events", partition), message);
    }

    private static ConsumeResult<byte[], byte[]> Consume(EmbeddedBroker broker, int partition)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = broker.BootstrapServers, GroupId = "test" }).SetLogHandler((_, _) => { }).Build();
        consumer.Assign(new TopicPartitionOffset("events", partition, Offset.Beginning));
        var read = consumer.Consume(Deadline);
        Assert.NotNull(read);
        return read;
    }
}
