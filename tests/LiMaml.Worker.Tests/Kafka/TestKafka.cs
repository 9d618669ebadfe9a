using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace LiMaml.Worker.Tests.Kafka;

/// <summary>
/// The cluster that <c>LIMAML_TEST_KAFKA</c> (host:port) names. A test's topics and group have names of its own and are
/// erased after it. librdkafka's mock cluster will do as well, for the tests that need no administration.
/// </summary>
internal sealed class TestKafka : IAsyncDisposable
{
    /// <summary>Partitions of every topic, as many as a mock cluster makes.</summary>
    public const int Partitions = 4;

    private const string Variable = "LIMAML_TEST_KAFKA";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private static readonly Lazy<Task<bool>> Probe = new(ProbeAsync);
    private readonly IAdminClient admin;
    private readonly HashSet<string> topics = [];

    private TestKafka(bool administers)
    {
        Administers = administers;
        admin = Admin(autoCreate: !administers);
    }

    /// <summary>host:port.</summary>
    public static string Address => Environment.GetEnvironmentVariable(Variable) ?? "";

    /// <summary>What the names of a test's topics begin with; the consumer group of its workers.</summary>
    public string Group { get; } = $"limaml-test-{Guid.NewGuid():N}";

    /// <summary>Whether topics can be created, described and deleted; not on a mock cluster.</summary>
    public bool Administers { get; }

    /// <summary>Connects, or skips the test.</summary>
    public static async Task<TestKafka> ConnectAsync()
    {
        Assert.SkipWhen(Address.Length == 0, $"needs a Kafka broker: set {Variable} to its host:port");
        return new TestKafka(await Probe.Value);
    }

    /// <summary>A topic's name of this test's own. There need not be such a topic, and if there is one by the end, it is deleted.</summary>
    public string Name(string topic)
    {
        topics.Add($"{Group}.{topic}");
        return $"{Group}.{topic}";
    }

    /// <summary>Creates a topic of <see cref="Partitions"/> partitions that keeps its records. One that the broker made by itself meanwhile gets the partitions that it lacks.</summary>
    public async Task<string> CreateAsync(string topic, params (string Name, string Value)[] settings)
    {
        var name = Name(topic);
        var configs = settings.Prepend(("retention.ms", "-1")).ToDictionary(setting => setting.Item1, setting => setting.Item2);
        if (Administers)
        {
            await TolerateAsync(
                admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = Partitions, ReplicationFactor = -1, Configs = configs }]), ErrorCode.TopicAlreadyExists);
        }

        StreamRig.Await(() => Replicas(name).Count > 0);
        if (Replicas(name).Count < Partitions)
        {
            await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = name, IncreaseTo = Partitions }]);
            StreamRig.Await(() => Replicas(name).Count == Partitions);
        }

        return name;
    }

    /// <summary>A topic of events and one of dead letters.</summary>
    public async Task<StreamRig> StreamAsync()
    {
        await CreateAsync("events.dead-letters");
        return new StreamRig(Address, await CreateAsync("events"), Group, Partitions);
    }

    /// <summary>How many replicas each partition of a topic has; empty where there is no such topic.</summary>
    public IReadOnlyList<int> Replicas(string name) => [.. admin.GetMetadata(name, Deadline).Topics.Single().Partitions.Select(partition => partition.Replicas.Length)];

    /// <summary>A setting of a topic; of a broker where <paramref name="topic"/> is null.</summary>
    public async Task<string> SettingAsync(string? topic, string name)
    {
        var resource = topic is null
            ? new ConfigResource { Type = ResourceType.Broker, Name = $"{admin.GetMetadata(Deadline).Brokers[0].BrokerId}" }
            : new ConfigResource { Type = ResourceType.Topic, Name = topic };
        return (await admin.DescribeConfigsAsync([resource])).Single().Entries[name].Value;
    }

    /// <summary>The static members that the group has, those that are away for less than their session included; ordered.</summary>
    public async Task<IReadOnlyList<string>> StaticMembersAsync()
    {
        var groups = await admin.DescribeConsumerGroupsAsync([Group]);
        return [.. groups.ConsumerGroupDescriptions.Single().Members.Select(member => member.GroupInstanceId).Order(StringComparer.Ordinal)];
    }

    /// <summary>Skips the rest of a test where the broker is a mock cluster.</summary>
    public void SkipOnMock(string lack) => Assert.SkipUnless(Administers, $"the broker that {Variable} names is a mock cluster, without {lack}");

    public async ValueTask DisposeAsync()
    {
        if (Administers)
        {
            await TolerateAsync(admin.DeleteTopicsAsync(topics), ErrorCode.UnknownTopicOrPart);
            await TolerateAsync(admin.DeleteGroupsAsync([Group, .. topics]), ErrorCode.GroupIdNotFound, ErrorCode.NonEmptyGroup);
        }

        admin.Dispose();
    }

    private static IAdminClient Admin(bool autoCreate) =>
        new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Address, AllowAutoCreateTopics = autoCreate }).SetLogHandler((_, _) => { }).Build();

    // A mock cluster has no controller, so that whatever asks for it waits in vain.
    private static async Task<bool> ProbeAsync()
    {
        using var admin = Admin(autoCreate: false);
        Assert.NotEmpty(admin.GetMetadata(Deadline).Brokers);
        try
        {
            var topic = new TopicSpecification { Name = $"limaml-test-{Guid.NewGuid():N}", NumPartitions = 1, ReplicationFactor = -1 };
            await admin.CreateTopicsAsync([topic], new CreateTopicsOptions { ValidateOnly = true, RequestTimeout = Deadline });
            return true;
        }
        catch (KafkaException fault) when (fault.Error.Code == ErrorCode.Local_TimedOut)
        {
            return false;
        }
    }

    private static async Task TolerateAsync(Task request, params ErrorCode[] tolerated)
    {
        try
        {
            await request;
        }
        catch (KafkaException fault)
        {
            var errors = fault switch
            {
                CreateTopicsException creation => creation.Results.Select(result => result.Error),
                DeleteTopicsException deletion => deletion.Results.Select(result => result.Error),
                DeleteGroupsException groups => groups.Results.Select(result => result.Error),
                _ => [fault.Error],
            };
            Assert.All(errors.Where(error => error.IsError), error => Assert.Contains(error.Code, tolerated));
        }
    }
}
