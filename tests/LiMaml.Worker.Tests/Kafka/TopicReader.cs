using System.Text;
using Confluent.Kafka;

namespace LiMaml.Worker.Tests.Kafka;

/// <summary>Everything that a topic has now.</summary>
internal static class TopicReader
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>Reads all partitions to their ends.</summary>
    public static IReadOnlyList<Message<byte[]?, byte[]?>> ReadAll(string bootstrapServers, string topic)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig { BootstrapServers = bootstrapServers, GroupId = "limaml-test-reader", EnableAutoCommit = false, EnablePartitionEof = true })
            .SetLogHandler((_, _) => { }).Build();
        var unread = Assign(consumer, topic);
        var messages = new List<Message<byte[]?, byte[]?>>();
        while (unread > 0)
        {
            var read = consumer.Consume(Deadline);
            Assert.True(read is not null, $"{topic} has no end");
            unread -= read.IsPartitionEOF ? 1 : 0;
            messages.AddRange(read.IsPartitionEOF ? [] : [read.Message]);
        }

        return messages;
    }

    /// <summary>Has a consumer read all partitions of a topic from their beginnings; how many they are.</summary>
    public static int Assign<TKey, TValue>(IConsumer<TKey, TValue> consumer, string topic)
    {
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var partitions = admin.GetMetadata(topic, Deadline).Topics.Single().Partitions;
        consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(topic, partition.PartitionId, Offset.Beginning)));
        return partitions.Count;
    }

    /// <summary>A header's text.</summary>
    public static string Text(Message<byte[]?, byte[]?> message, string header) => Encoding.UTF8.GetString(message.Headers.GetLastBytes(header));
}
