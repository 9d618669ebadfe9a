using Confluent.Kafka;

namespace LiMaml.Worker.Kafka;

/// <summary>A record that is no usable event, and where it stood.</summary>
/// <param name="Source">Topic, partition and offset.</param>
/// <param name="Key">Its key as it came.</param>
/// <param name="Headers">Its headers as they came.</param>
/// <param name="Rejection">Why it can't be used, and its value.</param>
internal sealed record DeadLetter(TopicPartitionOffset Source, byte[]? Key, Headers? Headers, Rejection Rejection);

/// <summary>Writes dead letters and waits until the broker has them.</summary>
internal sealed class DeadLetters : IDisposable
{
    /// <summary>Header: why, one of <see cref="Runtime.Events.RejectionReasons"/>.</summary>
    public const string Reason = "limaml-reason";

    /// <summary>Header: what was found, what would be accepted.</summary>
    public const string Message = "limaml-message";

    /// <summary>Header of a letter whose value the broker would not take: how many bytes it had.</summary>
    public const string OmittedBytes = "limaml-omitted-bytes";

    private readonly string topic;
    private readonly RenewedProducer<byte[]?, byte[]?> producers;

    /// <summary>Letters go to the dead-letter topic of <paramref name="options"/>.</summary>
    public DeadLetters(KafkaOptions options, ILogger logger)
    {
        topic = options.DeadLetters;
        producers = new RenewedProducer<byte[]?, byte[]?>(options, logger);
    }

    /// <summary>
    /// Completes when the broker has all letters. After a failure some may be there: writing them again doubles those. One call at a time.
    /// </summary>
    /// <exception cref="KafkaException">The broker did not take one of them.</exception>
    public async Task DeliverAsync(IReadOnlyCollection<DeadLetter> letters)
    {
        var producer = producers.Next();
        await Task.WhenAll(letters.Select(letter => DeliverAsync(producer, letter))).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => producers.Dispose();

    private async Task DeliverAsync(IProducer<byte[]?, byte[]?> producer, DeadLetter letter)
    {
        try
        {
            await producer.ProduceAsync(topic, MessageOf(letter, letter.Rejection.Payload));
        }
        catch (ProduceException<byte[]?, byte[]?> fault) when (fault.Error.Code == ErrorCode.MsgSizeTooLarge && letter.Rejection.Payload is not null)
        {
            // The added headers made it too large. Where it came from is known: the original can be fetched there.
            await producer.ProduceAsync(topic, MessageOf(letter, null));
        }
    }

    private static Message<byte[]?, byte[]?> MessageOf(DeadLetter letter, byte[]? payload)
    {
        var headers = RecordHeaders.Copy(letter.Headers);
        headers.Add(Reason, RecordHeaders.Utf8(letter.Rejection.Reason));
        headers.Add(Message, RecordHeaders.Utf8(letter.Rejection.Message));
        RecordHeaders.AddSource(headers, letter.Source);
        if (payload is null && letter.Rejection.Payload is { } omitted)
        {
            headers.Add(OmittedBytes, RecordHeaders.Utf8(omitted.Length));
        }

        return new Message<byte[]?, byte[]?> { Key = letter.Key, Value = payload, Headers = headers };
    }
}
