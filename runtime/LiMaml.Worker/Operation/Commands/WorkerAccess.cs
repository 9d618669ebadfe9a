using Confluent.Kafka;
using LiMaml.Worker.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiMaml.Worker.Operation.Commands;

/// <summary>Gets at a worker's state: through the worker that runs on it, or directly where none does.</summary>
internal static class WorkerAccess
{
    /// <summary>Asks the running worker, or works on the state folder.</summary>
    public static async Task<string?> RunAsync(
        WorkerSettings settings, Func<AdminClient, Task<string?>> online, Func<Operations, Task<string?>> offline, CancellationToken cancellation)
    {
        using var held = WorkerLock.TryTake(settings.Worker.StateFolder);
        if (held is null)
        {
            using var admin = new AdminClient(WorkerLock.AddressOf(settings.Worker.StateFolder), settings.Worker.AdminToken);
            return await online(admin);
        }

        var loggers = NullLoggerFactory.Instance;
        await using var embeddings = await EmbeddingStores.OpenAsync(settings, loggers, TimeProvider.System, cancellation);
        await using var models = await ModelHost.StartAsync(settings, embeddings, TimeProvider.System, loggers.CreateLogger<ModelHost>(), cancellation);
        var state = new StateFolder(settings.Worker.StateFolder, TimeProvider.System, loggers.CreateLogger<StateFolder>());
        var topics = TaskTopics.Of(settings.Kafka, settings.Windows, models.Definitions);
        using var stores = new PartitionStores(state, models.Events, topics, loggers.CreateLogger<PartitionStores>());
        foreach (var partition in topics.WithWindows.SelectMany(topic => state.Partitions(topic).Select(number => new TopicPartition(topic, number))))
        {
            stores.Assign(partition);
        }

        return await offline(new Operations(models, stores, embeddings));
    }
}
