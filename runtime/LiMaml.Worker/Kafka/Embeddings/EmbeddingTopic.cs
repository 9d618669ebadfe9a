using Confluent.Kafka;
using Confluent.Kafka.Admin;
using LiMaml.Models;

namespace LiMaml.Worker.Kafka;

/// <summary>
/// The embeddings' topic: created compacted where it is missing. It is never created by asking for it: a broker that makes
/// topics by itself would make one that forgets its records after a while.
/// </summary>
internal static class EmbeddingTopic
{
    private const int PartitionCount = 8;
    private const int Attempts = 40;
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>The topic's number of partitions, once there is the topic.</summary>
    /// <exception cref="InvalidInputException">The broker neither has nor creates it.</exception>
    public static async Task<int> EnsureAsync(KafkaOptions options, string topic, ILogger logger, CancellationToken cancellation)
    {
        using var admin = ClientSettings.Build(() => new AdminClientBuilder(ClientSettings.Admin(options)).SetLogHandler((_, entry) => ClientLog.Write(logger, entry)).Build());
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await CountAsync(admin, topic, cancellation) is > 0 and var count)
            {
                return count;
            }

            if (attempt == 0)
            {
                await CreateAsync(admin, topic);
            }

            await Task.Delay(Pause, cancellation);
        }

        throw Missing(topic, "does not show after its creation");
    }

    private static async Task<int> CountAsync(IAdminClient admin, string topic, CancellationToken cancellation)
    {
        var found = await Task.Run(() => admin.GetMetadata(topic, AnswerTime), cancellation);
        return found.Topics.Sum(one => one.Partitions.Count);
    }

    private static async Task CreateAsync(IAdminClient admin, string topic)
    {
        try
        {
            // -1: the broker's own default.
            var specification = new TopicSpecification { Name = topic, NumPartitions = PartitionCount, ReplicationFactor = -1, Configs = new() { ["cleanup.policy"] = "compact" } };
            await admin.CreateTopicsAsync([specification], new CreateTopicsOptions { RequestTimeout = AnswerTime });
        }
        catch (CreateTopicsException fault) when (fault.Results.All(result => result.Error.Code == ErrorCode.TopicAlreadyExists))
        {
            // Another worker was faster.
        }
        catch (KafkaException fault)
        {
            throw Missing(topic, "does not create: " + ((fault as CreateTopicsException)?.Results[0].Error ?? fault.Error).Reason);
        }
    }

    private static InvalidInputException Missing(string topic, string why) =>
        new("Embeddings:Topic", $"'{topic}', which the broker does not have and {why}", "a topic with cleanup.policy=compact");
}
