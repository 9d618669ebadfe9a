using LiMaml.Models;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Refresh;
using LiMaml.Runtime.Serving;
using LiMaml.Worker.Http;
using LiMaml.Worker.Kafka;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace LiMaml.Worker.Operation;

/// <summary>A worker: consumption, adaptation, scoring and their operation in one host. Started by the command line, or within another program.</summary>
public sealed class WorkerHost : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly WorkerLock held;
    private readonly IEmbeddingStore embeddings;
    private readonly ModelHost models;
    private readonly Consumption consumption;
    private readonly ScoringService scoring;
    private readonly Operations operations;
    private readonly string topic;

    private WorkerHost(WebApplication application, WorkerLock held, IEmbeddingStore embeddings, ModelHost models, Consumption consumption, ScoringService scoring, Operations operations, string topic)
    {
        this.application = application;
        this.held = held;
        this.embeddings = embeddings;
        this.models = models;
        this.consumption = consumption;
        this.scoring = scoring;
        this.operations = operations;
        this.topic = topic;
    }

    /// <summary>Where it answers: Open Inference Protocol below <c>/v2</c>, <c>/health</c>, <c>/metrics</c>, <c>/admin</c>.</summary>
    public Uri Address { get; private set; } = new("http://localhost");

    /// <summary>Events and dead letters taken up since the start.</summary>
    public long RecordCount => consumption.Status.Records;

    /// <summary>Whether partitions are assigned and at least 99 of 100 of their records, and all but the last batch, are with the windows or re-keyed.</summary>
    public bool IsCaughtUp => consumption.IsCaughtUp;

    /// <summary>The offset to read next of each assigned partition of the events' topic; null where nothing was read yet.</summary>
    public IReadOnlyDictionary<int, long?> NextOffsets => consumption.Stores.All
        .Where(assigned => assigned.Partition.Topic == topic)
        .ToDictionary(assigned => assigned.Partition.Partition.Value, assigned => assigned.NextOffset);

    /// <summary>The generation that requests are scored with; null before the first.</summary>
    public EmbeddingPointer? Pointer => models.Pointer;

    /// <summary>Scores requests within this process.</summary>
    public ScoringService Scoring => scoring;

    /// <summary>What requests read embeddings from.</summary>
    internal IEmbeddingStore Embeddings => embeddings;

    /// <summary>Starts a worker: checks the settings, verifies the package, opens the stores, joins the group, listens.</summary>
    /// <param name="configuration">Laid over <c>appsettings.json</c> and <c>LIMAML_…</c> variables; later sources win.</param>
    /// <param name="cancellation">Ends the starting.</param>
    /// <exception cref="InvalidInputException">A setting is wrong, the package is refused, or another worker has the state folder.</exception>
    public static async Task<WorkerHost> StartAsync(IConfiguration configuration, CancellationToken cancellation = default)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        WorkerConfiguration.Add(builder.Configuration, configuration);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        var settings = WorkerSettings.Read(builder.Configuration);
        var loggers = LoggerFactory.Create(logging => WorkerConfiguration.Add(logging, builder.Configuration));
        using var undo = new Undo();
        var held = undo.Add(WorkerLock.Take(settings.Worker.StateFolder));
        var embeddings = undo.Add(await EmbeddingStores.OpenAsync(settings, loggers, TimeProvider.System, cancellation));
        var models = undo.Add(await ModelHost.StartAsync(settings, embeddings, TimeProvider.System, loggers.CreateLogger<ModelHost>(), cancellation));
        WorkerConfiguration.Add(builder.Logging, builder.Configuration);
        AddServices(builder, settings, models, embeddings);
        var application = undo.Add(builder.Build());
        var host = Compose(application, settings, held, embeddings, models);
        await application.StartAsync(cancellation);
        undo.Keep();
        host.Announce();
        return host;
    }

    /// <summary>Adapts all tasks and publishes their embeddings.</summary>
    public Task<RefreshRecord> RefreshAsync(CancellationToken cancellation = default) => operations.RefreshAsync(cancellation);

    /// <summary>Completes when the worker was asked to end and has ended.</summary>
    public Task WaitAsync(CancellationToken cancellation = default) => application.WaitForShutdownAsync(cancellation);

    /// <summary>Ends the worker within <see cref="WorkerOptions.ShutdownTime"/>: requests under way are answered, the group is left, windows are flushed.</summary>
    public async ValueTask DisposeAsync()
    {
        await application.StopAsync();
        await application.DisposeAsync();
        await models.DisposeAsync();
        await embeddings.DisposeAsync();
        held.Dispose();
    }

    private static void AddServices(WebApplicationBuilder builder, WorkerSettings settings, ModelHost models, IEmbeddingStore embeddings)
    {
        settings.RefuseSharedTopics(TaskTopics.Of(settings.Kafka, settings.Windows, models.Definitions).OfTasks);
        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(settings);
        services.AddSingleton(settings.Worker);
        services.AddWorkerTelemetry(builder.Configuration);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = settings.Worker.ShutdownTime);
        services.AddSingleton(models); // instances stay ours to dispose, after everything that uses them
        services.AddSingleton(provider => new Consumption(
            settings.Kafka,
            settings.Windows,
            settings.Worker.StateFolder,
            models.Events,
            models.Catalogue.Events(),
            provider.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(),
            TimeProvider.System,
            provider.GetRequiredService<ILoggerFactory>(),
            models.Definitions));
        services.AddSingleton(_ => new ScoringService(models.Bundles, settings.Scoring));
        services.AddSingleton<ReadinessCheck>();
        services.AddSingleton(provider => new InferenceServer(
            provider.GetRequiredService<ScoringService>(), settings.Inference, () => provider.GetRequiredService<ReadinessCheck>().Missing is null));
        services.AddSingleton(provider => new Operations(models, provider.GetRequiredService<Consumption>().Stores, embeddings));
        services.AddHealthChecks().AddCheck<LivenessCheck>("live", tags: ["live"]).AddCheck<ReadinessCheck>("ready", tags: ["ready"]);
        services.AddHostedService<ConsumptionService>();
        services.AddHostedService<RefreshLoops>();
        if (settings.ScoringTopics.Requests is not null)
        {
            services.AddHostedService(provider => new ScoringTopics(
                settings.Kafka, settings.ScoringTopics, provider.GetRequiredService<InferenceServer>(), provider.GetRequiredService<ILogger<ScoringTopics>>()));
        }
    }

    private static WorkerHost Compose(WebApplication application, WorkerSettings settings, WorkerLock held, IEmbeddingStore embeddings, ModelHost models)
    {
        var services = application.Services;
        var consumption = services.GetRequiredService<Consumption>();
        models.EventsChanged += schema => consumption.Use(schema, models.Catalogue.Events());
        consumption.Metrics.Watch(models);
        var operations = services.GetRequiredService<Operations>();
        application.MapInference(services.GetRequiredService<InferenceServer>());
        application.MapAdmin(operations, settings.Worker);
        application.MapPrometheusScrapingEndpoint("/metrics");
        application.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = check => check.Tags.Contains("live") });
        application.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
        return new WorkerHost(application, held, embeddings, models, consumption, services.GetRequiredService<ScoringService>(), operations, settings.Kafka.Topic);
    }

    private void Announce()
    {
        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        // An address that listens everywhere is reached here by the loopback one.
        Address = new Uri(address.Replace("//[::]", "//127.0.0.1", StringComparison.Ordinal).Replace("//0.0.0.0", "//127.0.0.1", StringComparison.Ordinal).Replace("//+", "//127.0.0.1", StringComparison.Ordinal).Replace("//*", "//127.0.0.1", StringComparison.Ordinal));
        held.Announce(Address);
        application.Logger.LogInformation("The worker answers at {Address}. Package {Folder}, bundle {Bundle}.", Address, models.Package.Folder, models.Package.Manifest.BundleId);
    }
}
