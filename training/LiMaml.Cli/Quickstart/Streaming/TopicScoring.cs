using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace LiMaml.Cli.Quickstart.Streaming;

/// <summary>Scores rows by requests that are records of one topic and whose answers are records of another.</summary>
internal sealed class TopicScoring : IDisposable
{
    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(1);
    private const int MostRounds = 60;
    private readonly TimeProvider clock;
    private readonly IProducer<string, byte[]> producer;
    private readonly IConsumer<string, byte[]> consumer;

    /// <summary>Connects.</summary>
    public TopicScoring(string bootstrapServers, TimeProvider clock)
    {
        this.clock = clock;
        producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = bootstrapServers, LingerMs = 0 }).SetLogHandler((_, _) => { }).Build();
        var settings = new ConsumerConfig { BootstrapServers = bootstrapServers, GroupId = "quickstart", EnableAutoCommit = false };
        consumer = new ConsumerBuilder<string, byte[]>(settings).SetLogHandler((_, _) => { }).Build();
        consumer.Assign(new TopicPartitionOffset(StreamedWorker.Responses, 0, Offset.Beginning));
    }

    /// <summary>The answers, in the order of the requests. What is not answered in time is asked again: the scorers' group begins at the end of the topic, wherever that is by then.</summary>
    /// <exception cref="IOException">A request was refused, or none is answered.</exception>
    public InferenceBody[] Ask(IReadOnlyList<InferenceBody> requests, CancellationToken cancellation)
    {
        var answers = new Dictionary<string, InferenceBody>();
        for (var round = 0; answers.Count < requests.Count; round++)
        {
            if (round == MostRounds)
            {
                throw new IOException($"of {requests.Count} scoring requests {answers.Count} were answered through Kafka");
            }

            for (var index = 0; index < requests.Count; index++)
            {
                Send(index, requests[index], answers);
            }

            Receive(answers, requests.Count, cancellation);
        }

        return [.. Enumerable.Range(0, requests.Count).Select(index => answers[Name(index)])];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        consumer.Close();
        consumer.Dispose();
        producer.Dispose();
    }

    private void Send(int index, InferenceBody request, Dictionary<string, InferenceBody> answers)
    {
        if (!answers.ContainsKey(Name(index)))
        {
            var headers = new Headers { { InferenceBody.JsonLength, Encoding.UTF8.GetBytes(request.JsonLengthText) } };
            producer.Produce(StreamedWorker.Requests, new Message<string, byte[]> { Key = Name(index), Value = request.Bytes, Headers = headers });
        }
    }

    // Until all are there, or none comes for a while.
    private void Receive(Dictionary<string, InferenceBody> answers, int count, CancellationToken cancellation)
    {
        for (var last = clock.GetTimestamp(); answers.Count < count && clock.GetElapsedTime(last) < AnswerTime;)
        {
            cancellation.ThrowIfCancellationRequested();
            if (consumer.Consume(PollTime) is { Message: { } answer })
            {
                answers[answer.Key] = Read(answer);
                last = clock.GetTimestamp();
            }
        }
    }

    private static InferenceBody Read(Message<string, byte[]> answer) => Header(answer, "limaml-status") == "200"
        ? new InferenceBody(answer.Value, int.Parse(Header(answer, InferenceBody.JsonLength), CultureInfo.InvariantCulture))
        : throw new IOException($"the worker answered request {answer.Key}: {Encoding.UTF8.GetString(answer.Value)}");

    private static string Header(Message<string, byte[]> message, string name) =>
        message.Headers.TryGetLastBytes(name, out var bytes) ? Encoding.UTF8.GetString(bytes) : "";

    private static string Name(int index) => index.ToString(CultureInfo.InvariantCulture);
}
