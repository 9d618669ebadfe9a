using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace LiMaml.Worker.Kafka;

/// <summary>
/// The topics of the task definitions: created where they are missing, with as many partitions as the events' topic has. They
/// are never created by asking for them: what a broker makes by itself forgets its records after a while of its own choosing.
/// </summary>
internal static class TaskTopicCreation
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Reserve = TimeSpan.FromDays(7);

    /// <summary>Looks for the topics, and creates those that are missing.</summary>
    /// <param name="options">The cluster.</param>
    /// <param name="topics">The topics.</param>
    /// <param name="maxAge">How long windows keep samples: the topics keep records a week longer, for rebuilding them.</param>
    /// <param name="logger">Told what is created.</param>
    /// <returns>Why they are not all there; null where they are.</returns>
    public static string? Ensure(KafkaOptions options, TaskTopics topics, TimeSpan maxAge, ILogger logger)
    {
        try
        {
            using var admin = ClientSettings.Build(() => new AdminClientBuilder(ClientSettings.Admin(options)).SetLogHandler((_, entry) => ClientLog.Write(logger, entry)).Build());
            string[] missing = [.. topics.OfTasks.Where(topic => Count(admin, topic) == 0)];
            return missing.Length == 0 ? null
                : Count(admin, topics.Source) is > 0 and var count ? Create(admin, missing, count, maxAge + Reserve, logger)
                : $"the topic {topics.Source} does not exist yet";
        }
        catch (KafkaException fault)
        {
            return $"the broker does not say which topics it has: {fault.Error.Reason}";
        }
    }

    private static int Count(IAdminClient admin, string topic) => admin.GetMetadata(topic, AnswerTime).Topics.Sum(one => one.Partitions.Count);

    private static string? Create(IAdminClient admin, string[] missing, int partitions, TimeSpan retention, ILogger logger)
    {
        try
        {
            var configuration = new Dictionary<string, string> { ["cleanup.policy"] = "delete", ["retention.ms"] = $"{(long)retention.TotalMilliseconds}" };
            var created = missing.Select(topic => new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = -1, Configs = configuration }); // -1: the broker's own default
            admin.CreateTopicsAsync(created, new CreateTopicsOptions { RequestTimeout = AnswerTime }).GetAwaiter().GetResult();
            logger.LogInformation("Created {Topics} with {Partitions} partitions.", string.Join(", ", missing), partitions);
            return null;
        }
        catch (CreateTopicsException fault) when (fault.Results.All(result => result.Error.Code is ErrorCode.TopicAlreadyExists or ErrorCode.NoError))
        {
            return null; // another worker was faster
        }
        catch (KafkaException fault)
        {
            var reason = (fault as CreateTopicsException)?.Results.Select(result => result.Error).First(error => error.IsError).Reason ?? fault.Error.Reason;
            return $"the topics {string.Join(", ", missing)} do not exist, and the broker does not create them: {reason}. Create them with {partitions} partitions";
        }
    }
}
