using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;
using LiMaml.Models;

namespace LiMaml.Worker.Broker;

/// <summary>
/// A Kafka cluster inside this process: librdkafka's mock cluster, which speaks the real protocol on loopback, to this
/// process and others. For demonstrations and tests: records live in memory, about 5 MB a partition, the oldest dropped
/// first. Groups, commits, seeks and pauses work; offsets by time, transactions, compaction and administration do not.
/// </summary>
public sealed class EmbeddedBroker : IDisposable
{
    private const int ProducerHandle = 0;
    private const int AllBrokers = -1;
    private readonly Lock guard = new();
    private readonly nint handle;
    private nint cluster;

    private EmbeddedBroker(nint handle, nint cluster)
    {
        this.handle = handle;
        this.cluster = cluster;
        BootstrapServers = Marshal.PtrToStringUTF8(MockCluster.Bootstraps(cluster))!;
    }

    /// <summary>Where clients connect: <c>127.0.0.1:port</c>, several separated by commas.</summary>
    public string BootstrapServers { get; }

    /// <summary>Starts a cluster; a group's first member is given its partitions without delay.</summary>
    /// <param name="brokerCount">Brokers, 1 to 16; 1 by default.</param>
    /// <exception cref="InvalidInputException">The count is out of range.</exception>
    /// <exception cref="InvalidOperationException">librdkafka could not start it; the message says why.</exception>
    public static EmbeddedBroker Start(int brokerCount = 1)
    {
        if (brokerCount is < 1 or > 16)
        {
            throw new InvalidInputException(nameof(brokerCount), $"{brokerCount}", "1 to 16 brokers");
        }

        var handle = NewHandle();
        var cluster = MockCluster.New(handle, brokerCount);
        if (cluster == 0)
        {
            MockCluster.DestroyHandle(handle);
            throw new InvalidOperationException("librdkafka could not start its mock cluster.");
        }

        MockCluster.SetRebalanceDelay(cluster, 0);
        return new EmbeddedBroker(handle, cluster);
    }

    /// <summary>Creates a topic; topics that are only written to or read from appear by themselves with 4 partitions.</summary>
    /// <param name="topic">Its name.</param>
    /// <param name="partitionCount">At least 1.</param>
    /// <exception cref="InvalidInputException">The topic exists, or the count is out of range.</exception>
    public void CreateTopic(string topic, int partitionCount)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        if (partitionCount is < 1 or > 1024)
        {
            throw new InvalidInputException($"partitions of topic '{topic}'", $"{partitionCount}", "1 to 1024");
        }

        if (Call(cluster => MockCluster.CreateTopic(cluster, topic, partitionCount, 1)) is var error and not ErrorCode.NoError)
        {
            throw new InvalidInputException($"topic '{topic}'", error.GetReason(), "a name that is free");
        }
    }

    /// <summary>Answers the next requests of a kind with an error instead of carrying them out.</summary>
    /// <param name="request">Which kind.</param>
    /// <param name="error">What to answer; <see cref="ErrorCode.Local_Transport"/> closes the connection instead.</param>
    /// <param name="count">How many requests, at least 1.</param>
    public void Refuse(BrokerRequest request, ErrorCode error, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var errors = new int[count];
        Array.Fill(errors, (int)error);
        Call(cluster =>
        {
            MockCluster.PushErrors(cluster, (short)request, (nuint)count, errors);
            return ErrorCode.NoError;
        });
    }

    /// <summary>Carries requests of a kind out again, whatever was to be refused.</summary>
    public void Accept(BrokerRequest request) => Call(cluster =>
    {
        MockCluster.ClearErrors(cluster, (short)request);
        return ErrorCode.NoError;
    });

    /// <summary>Closes all connections and accepts no new ones; what was written stays.</summary>
    public void TakeDown() => Call(cluster => MockCluster.SetDown(cluster, AllBrokers));

    /// <summary>Accepts connections again.</summary>
    public void BringUp() => Call(cluster => MockCluster.SetUp(cluster, AllBrokers));

    /// <summary>Answers every request this much later.</summary>
    /// <param name="roundTrip">0 to 1 hour.</param>
    public void Slow(TimeSpan roundTrip)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(roundTrip, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(roundTrip, TimeSpan.FromHours(1));
        Call(cluster => MockCluster.SetRoundTrip(cluster, AllBrokers, (int)roundTrip.TotalMilliseconds));
    }

    /// <summary>Ends the cluster and forgets its records.</summary>
    public void Dispose()
    {
        lock (guard)
        {
            if (cluster == 0)
            {
                return;
            }

            MockCluster.Destroy(cluster);
            MockCluster.DestroyHandle(handle);
            cluster = 0;
        }
    }

    private ErrorCode Call(Func<nint, ErrorCode> call)
    {
        lock (guard)
        {
            ObjectDisposedException.ThrowIf(cluster == 0, this);
            return call(cluster);
        }
    }

    private static nint NewHandle()
    {
        var configuration = MockCluster.NewConfiguration();
        MockCluster.SetLogCallback(configuration, 0);
        var error = new byte[512];
        var handle = MockCluster.NewHandle(ProducerHandle, configuration, error, (nuint)error.Length);
        return handle != 0 ? handle : throw new InvalidOperationException("librdkafka: " + Encoding.UTF8.GetString(error).TrimEnd('\0'));
    }
}
