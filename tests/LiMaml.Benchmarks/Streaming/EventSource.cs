using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using LiMaml.Benchmarks.Benchmarks;
using LiMaml.Runtime.Events;
using LiMaml.Worker.Kafka;

namespace LiMaml.Benchmarks.Streaming;

/// <summary>Sends events in their binary form. For one thread.</summary>
internal sealed class EventSource(string bootstrapServers, int partitions) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);
    private readonly ProtobufEventFormat format = new(StreamedModel.Events);
    private readonly IProducer<byte[], byte[]> producer = new ProducerBuilder<byte[], byte[]>(
        ClientSettings.Producer(new KafkaOptions { BootstrapServers = bootstrapServers, Topic = StreamedModel.Topic })).SetLogHandler((_, _) => { }).Build();

    private volatile Error? failure;

    /// <summary>Events sent.</summary>
    internal long Sent { get; private set; }

    /// <summary>Sends an event of member number <paramref name="member"/>.</summary>
    /// <param name="member">Which decides the partition.</param>
    /// <param name="interaction">The event.</param>
    /// <param name="accepted">Called when the broker has it.</param>
    internal void Send(int member, InteractionEvent interaction, Action? accepted = null)
    {
        var message = new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(interaction.Keys[SyntheticInteractions.Task]), Value = format.Write(interaction, out _) };
        while (true)
        {
            try
            {
                producer.Produce(new TopicPartition(StreamedModel.Topic, member % partitions), message, report => Delivered(report.Error, accepted));
                Sent++;
                return;
            }
            catch (ProduceException<byte[], byte[]> fault) when (fault.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Poll(Patience);
            }
        }
    }

    /// <summary>Calls <paramref name="send"/> so many times a second, catching up after a pause, until told to stop.</summary>
    internal static void AtRate(int perSecond, Action send, CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        for (var sent = 0L; !stop.IsCancellationRequested; Thread.Sleep(1))
        {
            for (var due = (long)(Stopwatch.GetElapsedTime(began).TotalSeconds * perSecond); sent < due; sent++)
            {
                send();
            }
        }
    }

    /// <summary>Waits until the broker has everything.</summary>
    internal void Flush()
    {
        while (producer.Flush(Patience) > 0)
        {
        }

        if (failure is { } error)
        {
            throw new IOException(error.Reason);
        }
    }

    public void Dispose() => producer.Dispose();

    private void Delivered(Error error, Action? accepted)
    {
        if (error.IsError)
        {
            failure = error;
        }
        else
        {
            accepted?.Invoke();
        }
    }
}
