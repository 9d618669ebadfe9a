using Confluent.Kafka;
using LiMaml.Models;

namespace LiMaml.Worker.Kafka;

/// <summary>
/// A producer for as long as the worker runs: after a fatal error, such as a broker that forgot an idempotent producer, a client
/// takes nothing any more, and the next delivery gets a new one.
/// </summary>
internal sealed class RenewedProducer<TKey, TValue> : IDisposable
{
    private readonly Func<IProducer<TKey, TValue>> build;
    private IProducer<TKey, TValue> producer;
    private volatile IProducer<TKey, TValue>? failed;

    /// <summary>Connects; the broker may be away for a while.</summary>
    /// <param name="options">The cluster.</param>
    /// <param name="logger">Told of the client's troubles.</param>
    /// <param name="change">What the producer needs besides the usual; null for nothing.</param>
    /// <exception cref="InvalidInputException">librdkafka refuses a setting.</exception>
    public RenewedProducer(KafkaOptions options, ILogger logger, Action<ProducerConfig>? change = null)
    {
        var settings = ClientSettings.Producer(options);
        change?.Invoke(settings);
        build = () => ClientSettings.Build(() => new ProducerBuilder<TKey, TValue>(settings)
            .SetLogHandler((_, entry) => ClientLog.Write(logger, entry))
            .SetErrorHandler((client, error) =>
            {
                failed = error.IsFatal ? client : failed;
                ClientLog.Write(logger, error);
            })
            .Build());
        producer = build();
    }

    /// <summary>
    /// The producer for the next deliveries. To be called by one thread, while no delivery is under way: those of a producer that is given
    /// up would never end.
    /// </summary>
    public IProducer<TKey, TValue> Next()
    {
        if (ReferenceEquals(failed, producer))
        {
            var renewed = build(); // where this fails, the next call tries again
            producer.Dispose();
            producer = renewed;
        }

        return producer;
    }

    /// <inheritdoc/>
    public void Dispose() => producer.Dispose();
}
