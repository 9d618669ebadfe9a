using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Confluent.Kafka;
using LiMaml.Worker.Http;

namespace LiMaml.Worker.Kafka;

/// <summary>
/// Answers scoring requests that come as records: the value is a request body of the Open Inference Protocol, the response's
/// value is the protocol's response body, or its error with the status in a header. Key and headers of a request come back
/// with its response. Every request is answered at least once: its offset moves on when the broker has the response.
/// </summary>
internal sealed class ScoringTopics(KafkaOptions kafka, ScoringTopicOptions options, InferenceServer server, ILogger<ScoringTopics> logger) : BackgroundService
{
    /// <summary>Header of requests and responses: bytes of the JSON where binary tensors follow it.</summary>
    public const string JsonLength = "Inference-Header-Content-Length";

    /// <summary>Header of requests: the model's name; the joined model where missing.</summary>
    public const string Model = "limaml-model";

    /// <summary>Header of responses: the status that HTTP would have had, a decimal number.</summary>
    public const string Status = "limaml-status";

    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(() => Run(stoppingToken), stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run(CancellationToken stop)
    {
        using var producers = new RenewedProducer<byte[]?, byte[]?>(kafka, logger, settings => settings.LingerMs = 0);
        using var consumer = ClientSettings.Build(() => new ConsumerBuilder<byte[]?, byte[]?>(ConsumerSettings())
            .SetLogHandler((_, entry) => ClientLog.Write(logger, entry))
            .SetErrorHandler((_, error) => ClientLog.Write(logger, error))
            .Build());
        consumer.Subscribe(options.Requests);
        try
        {
            while (!stop.IsCancellationRequested)
            {
                AnswerAsync(consumer, producers, Read(consumer), stop).GetAwaiter().GetResult();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What was not answered is read again after the next start.
        }
        finally
        {
            consumer.Close();
        }
    }

    // As many as are there, without waiting for more.
    private List<ConsumeResult<byte[]?, byte[]?>> Read(IConsumer<byte[]?, byte[]?> consumer)
    {
        var requests = new List<ConsumeResult<byte[]?, byte[]?>>();
        try
        {
            while (requests.Count < options.Concurrency && consumer.Consume(requests.Count == 0 ? PollTime : TimeSpan.Zero) is { } request)
            {
                requests.Add(request);
            }
        }
        catch (ConsumeException fault) when (!fault.Error.IsFatal)
        {
            ClientLog.Write(logger, fault.Error);
        }

        return requests;
    }

    private async Task AnswerAsync(
        IConsumer<byte[]?, byte[]?> consumer, RenewedProducer<byte[]?, byte[]?> producers, List<ConsumeResult<byte[]?, byte[]?>> requests, CancellationToken stop)
    {
        var producer = producers.Next();
        var left = await Task.WhenAll(requests.Select(request => Task.Run(async () => await WriteAsync(producer, await RespondAsync(request.Message, stop), stop), stop)));
        while (left.Any(response => response is not null))
        {
            await Task.Delay(kafka.RetryDelay, stop);
            producer = producers.Next();
            left = await Task.WhenAll(left.OfType<Message<byte[]?, byte[]?>>().Select(response => WriteAsync(producer, response, stop)));
        }

        foreach (var last in requests.GroupBy(request => request.TopicPartition).Select(partition => partition.Last()))
        {
            try
            {
                consumer.StoreOffset(last);
            }
            catch (KafkaException fault)
            {
                logger.LogDebug(fault, "{Partition} is another's by now, which answers again.", last.TopicPartition);
            }
        }
    }

    /// <summary>Writes a response; one that could not be written comes back.</summary>
    private async Task<Message<byte[]?, byte[]?>?> WriteAsync(IProducer<byte[]?, byte[]?> producer, Message<byte[]?, byte[]?> response, CancellationToken stop)
    {
        try
        {
            await producer.ProduceAsync(options.ResponseTopic, response, stop);
            return null;
        }
        catch (ProduceException<byte[]?, byte[]?> fault)
        {
            logger.LogWarning("A response can't be written to {Topic}: {Reason}. It is tried again.", options.ResponseTopic, fault.Error.Reason);
            return response;
        }
    }

    private async Task<Message<byte[]?, byte[]?>> RespondAsync(Message<byte[]?, byte[]?> request, CancellationToken stop)
    {
        try
        {
            var model = Header(request, Model) ?? server.Options.ModelName;
            var body = PipeReader.Create(new ReadOnlySequence<byte>(request.Value ?? []));
            using var answer = await server.InferAsync(model, null, body, JsonBytes(request), stop);
            return Message(request, StatusCodes.Status200OK, answer.Body.Written.ToArray(), answer.JsonBytes);
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            var (status, message) = InferenceErrors.Describe(fault);
            if (status == StatusCodes.Status500InternalServerError)
            {
                logger.LogError(fault, "A scoring request failed.");
            }

            return Message(request, status, InferenceErrors.Body(message), null);
        }
    }

    private static Message<byte[]?, byte[]?> Message(Message<byte[]?, byte[]?> request, int status, byte[] body, int? jsonBytes)
    {
        var headers = new Headers();
        foreach (var header in (request.Headers ?? []).Where(header => header.Key is not (Status or JsonLength)))
        {
            headers.Add(header);
        }

        headers.Add(Status, Utf8(status));
        if (jsonBytes is { } length)
        {
            headers.Add(JsonLength, Utf8(length));
        }

        return new Message<byte[]?, byte[]?> { Key = request.Key, Value = body, Headers = headers };
    }

    private static int? JsonBytes(Message<byte[]?, byte[]?> request) => Header(request, JsonLength) switch
    {
        null => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes <= (request.Value?.Length ?? 0) => bytes,
        var text => throw new Models.InvalidInputException($"header {JsonLength}", $"'{text}'", "the number of bytes of the JSON, at most the value's"),
    };

    private static string? Header(Message<byte[]?, byte[]?> message, string name) =>
        message.Headers is { } headers && headers.TryGetLastBytes(name, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;

    private static byte[] Utf8(int number) => Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture));

    private ConsumerConfig ConsumerSettings() => new(ClientSettings.Consumer(kafka))
    {
        GroupId = options.GroupId,
        AutoOffsetReset = AutoOffsetReset.Latest,
        FetchWaitMaxMs = 10,
    };
}
