using LiMaml.Models.Datasets;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Tests.Samples;
using LiMaml.Runtime.Windows;
using LiMaml.Worker.Broker;
using LiMaml.Worker.Kafka;
using LiMaml.Worker.Operation;
using LiMaml.Worker.Operation.Commands;
using Microsoft.Extensions.Configuration;

namespace LiMaml.Worker.Tests.Operation;

/// <summary>A broker, embedded or not, a folder of packages, and a worker on them; verbs as a user would type them.</summary>
internal sealed class WorkerRig : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly EmbeddedBroker? embedded;
    private readonly string group;

    /// <summary>On an embedded broker of its own.</summary>
    public WorkerRig()
        : this(EmbeddedBroker.Start())
    {
    }

    /// <summary>On a broker elsewhere, which has the topic.</summary>
    public WorkerRig(string address, string topic, string group)
    {
        (Address, Topic, this.group) = (address, topic, group);
        Directory.CreateDirectory(Folder["packages"]);
    }

    private WorkerRig(EmbeddedBroker broker)
        : this(broker.BootstrapServers, "events", "limaml")
    {
        embedded = broker;
        broker.CreateTopic(Topic, 2);
    }

    /// <summary>The broker's.</summary>
    public string Address { get; }

    public string Topic { get; }

    /// <summary>The embedded broker, where there is one.</summary>
    public EmbeddedBroker Broker => embedded!;

    public TestFolder Folder { get; } = new();

    public Dictionary<string, string?> Settings => new()
    {
        ["Urls"] = "http://127.0.0.1:0",
        ["Logging:LogLevel:Default"] = "None",
        ["Worker:StateFolder"] = Folder["state"],
        ["Worker:Packages"] = Folder["packages"],
        ["Worker:PackagePoll"] = "00:00:00.1",
        ["Kafka:BootstrapServers"] = Address,
        ["Kafka:Topic"] = Topic,
        ["Kafka:GroupId"] = group,
        ["Kafka:SessionTimeout"] = "00:00:06",
        ["Schedule:Cron"] = "",
        ["Schedule:CatchUpTime"] = "01:00:00",
        ["Windows:MaxAge"] = "3650.00:00:00",
    };

    public string AddPackage(string name, ModelSpec? spec = null) => TestModel.Recorded(spec ?? TestModel.Exact, Path.Combine(Folder["packages"], name)).Manifest.BundleId;

    public Task<WorkerHost> StartAsync(params (string Name, string? Value)[] changes) => WorkerHost.StartAsync(Configuration(changes));

    public IConfiguration Configuration(params (string Name, string? Value)[] changes)
    {
        var settings = Settings;
        foreach (var (name, value) in changes)
        {
            settings[name] = value;
        }

        return new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
    }

    /// <summary>Plays the sample dataset's rows into the topic.</summary>
    public async Task<long> ProduceAsync(params Split[] splits)
    {
        var dataset = Directory.Exists(Folder["dataset"]) ? Dataset.Open(Folder["dataset"]) : await TestDataset.WriteAsync(Folder["dataset"]);
        using var producer = new EventProducer(
            new KafkaOptions { BootstrapServers = Address, Topic = Topic }, EventSchema.For(dataset.Schema), "member");
        return await producer.SendAsync(DatasetReplay.Read(dataset, splits, new ReplayOptions { Tasks = ["member"] }), new Pace());
    }

    /// <summary>Runs a verb with the rig's settings.</summary>
    public async Task<(int Exit, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await CommandLine.RunAsync([.. args, .. Settings.SelectMany(setting => new[] { "--set", $"{setting.Key}={setting.Value}" })], output, error);
        return (exit, output.ToString(), error.ToString());
    }

    public static async Task AwaitAsync(Func<bool> condition, Func<string>? failure = null)
    {
        for (var deadline = DateTime.UtcNow + Deadline; !condition(); await Task.Delay(20))
        {
            Assert.True(DateTime.UtcNow < deadline, failure?.Invoke() ?? "it did not come to pass in time");
        }
    }

    public void Dispose()
    {
        embedded?.Dispose();
        Folder.Dispose();
    }
}
