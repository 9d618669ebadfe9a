using LiMaml.Models;
using LiMaml.Models.Packages;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Graphs;
using LiMaml.Runtime.Refresh;
using LiMaml.Runtime.Serving;
using LiMaml.Runtime.Windows;

namespace LiMaml.Worker.Operation;

/// <summary>
/// The model in use, and the one place where it or its embeddings change: full refreshes, other packages, rolling back,
/// and following what other workers publish happen one at a time. Changed tasks are adapted beside full refreshes, and
/// wait while the model itself changes.
/// </summary>
internal sealed class ModelHost : IAsyncDisposable
{
    private static readonly TimeSpan RequestTime = TimeSpan.FromMinutes(1);
    private readonly WorkerSettings settings;
    private readonly IEmbeddingStore store;
    private readonly RefreshLog log;
    private readonly TimeProvider clock;
    private readonly ILogger<ModelHost> logger;
    private readonly SemaphoreSlim changing = new(1);
    private readonly SemaphoreSlim adapting = new(1);
    private Task replaced = Task.CompletedTask;
    private Model model;

    private ModelHost(Model model, PackageCatalogue catalogue, WorkerSettings settings, IEmbeddingStore store, RefreshLog log, TimeProvider clock, ILogger<ModelHost> logger)
    {
        this.model = model;
        Catalogue = catalogue;
        this.settings = settings;
        this.store = store;
        this.log = log;
        this.clock = clock;
        this.logger = logger;
    }

    /// <summary>What requests are scored with.</summary>
    public BundleHost Bundles { get; } = new();

    /// <summary>The packages.</summary>
    public PackageCatalogue Catalogue { get; }

    /// <summary>The package in use.</summary>
    public ModelPackage Package => model.Package;

    /// <summary>The task definitions that have embeddings.</summary>
    public IReadOnlyList<string> Definitions => model.Definitions;

    /// <summary>What events look like.</summary>
    public EventSchema Events => model.Events;

    /// <summary>What executes its graphs: those that score, and those that adapt.</summary>
    public IReadOnlyList<(string Graphs, ProviderChoice Provider)> Providers => model.Providers;

    /// <summary>The generation that requests are scored with; null before the first.</summary>
    public EmbeddingPointer? Pointer => Bundles.Current?.Pointer;

    /// <summary>Told of every refresh.</summary>
    public event Action<RefreshRecord>? Refreshed;

    /// <summary>Told of another schema of events, before tasks are adapted under it.</summary>
    public event Action<EventSchema>? EventsChanged;

    /// <summary>
    /// Loads the package whose embeddings are published, so that nothing is missing while those of another one are made; or
    /// the package that is to be used, where there are none.
    /// </summary>
    /// <exception cref="InvalidInputException">No package is there, or it is refused.</exception>
    public static async Task<ModelHost> StartAsync(WorkerSettings settings, IEmbeddingStore store, TimeProvider clock, ILogger<ModelHost> logger, CancellationToken cancellation)
    {
        var catalogue = new PackageCatalogue(settings.Worker.Packages);
        var pointer = await store.CurrentAsync(cancellation);
        var wanted = catalogue.Current();
        var folder = pointer is null ? wanted : catalogue.Find(pointer.BundleId) ?? wanted;
        var log = new RefreshLog(settings.Worker.StateFolder);
        var model = await Task.Run(() => Model.Load(folder, settings, store, log, clock), cancellation);
        var host = new ModelHost(model, catalogue, settings, store, log, clock, logger);
        host.LogProviders(model);
        host.Serve(pointer?.BundleId == model.BundleId ? pointer : null);
        return host;
    }

    /// <summary>Adapts all tasks that have a window, and publishes their embeddings.</summary>
    /// <param name="views">Gives the windows, to be disposed.</param>
    /// <param name="cancellation">Ends the work; nothing is published then.</param>
    public Task<RefreshRecord> RefreshAsync(Func<IReadOnlyList<WindowView>> views, CancellationToken cancellation) => ChangeAsync(
        async () =>
        {
            var record = await AdaptAllAsync(model, views, cancellation);
            Serve(await store.CurrentAsync(cancellation));
            return record;
        },
        cancellation);

    /// <summary>Adapts tasks that changed. Returns null without doing anything while the model changes.</summary>
    public async Task<RefreshRecord?> RefreshChangedAsync(RefreshSource source, CancellationToken cancellation)
    {
        if (!await adapting.WaitAsync(TimeSpan.Zero, cancellation))
        {
            return null;
        }

        try
        {
            return Told(await model.Refresher.RunChangedAsync(source, cancellation));
        }
        finally
        {
            adapting.Release();
        }
    }

    /// <summary>Uses another package: it is verified, its embeddings are made beside the present ones, then requests are scored with both.</summary>
    /// <returns>False where it is the model in use already.</returns>
    /// <exception cref="InvalidInputException">The package is refused; nothing changes.</exception>
    public Task<bool> UseAsync(string folder, Func<IReadOnlyList<WindowView>> views, CancellationToken cancellation) => ChangeAsync(
        async () =>
        {
            var next = await LoadAsync(folder, cancellation);
            if (next.BundleId == model.BundleId)
            {
                next.Dispose();
                return false;
            }

            logger.LogInformation("Package {Folder}, bundle {Bundle}: verified. Its embeddings are made.", folder, next.BundleId);
            await ReplaceAsync(next, () => AdaptAllAsync(next, views, cancellation), cancellation);
            return true;
        },
        cancellation);

    /// <summary>Goes back to the generation before the current one, with its package where that is another.</summary>
    /// <exception cref="InvalidInputException">There is none, or its package is gone.</exception>
    public Task<EmbeddingPointer> RollbackAsync(CancellationToken cancellation) => ChangeAsync(
        async () =>
        {
            var previous = await store.PreviousAsync(cancellation) ?? throw new InvalidInputException("rollback", "no generation before the current one", "a second one to have been published");
            await GoToAsync(previous, () => store.FlipAsync(previous, cancellation), cancellation);
            Catalogue.Pin(Package.Folder);
            logger.LogInformation("Rolled back to generation {Generation} of bundle {Bundle}.", previous.Generation, previous.BundleId);
            return previous;
        },
        cancellation);

    /// <summary>Takes up what another worker has published.</summary>
    public async Task FollowAsync(CancellationToken cancellation)
    {
        if (await store.CurrentAsync(cancellation) is not { } seen || Serves(seen))
        {
            return;
        }

        await ChangeAsync(
            async () =>
            {
                if (await store.CurrentAsync(cancellation) is { } pointer && !Serves(pointer) && (pointer.BundleId == model.BundleId || Catalogue.Find(pointer.BundleId) is not null))
                {
                    await GoToAsync(pointer, () => Task.CompletedTask, cancellation);
                }

                return true;
            },
            cancellation);
    }

    /// <summary>Erases a task's embeddings. Erase its window first.</summary>
    public Task ForgetAsync(string task, string key, CancellationToken cancellation) => model.Refresher.ForgetAsync(task, key, cancellation);

    /// <summary>Lets go of the model; no refresh may be under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await changing.WaitAsync();
        await adapting.WaitAsync();
        Bundles.Dispose();
        model.Dispose();
    }

    private bool Serves(EmbeddingPointer pointer) => Pointer?.Names(pointer.BundleId, pointer.Generation) == true;

    private async Task GoToAsync(EmbeddingPointer pointer, Func<Task> flip, CancellationToken cancellation)
    {
        if (pointer.BundleId == model.BundleId)
        {
            await flip();
            Serve(pointer);
            return;
        }

        var folder = Catalogue.Find(pointer.BundleId)
            ?? throw new InvalidInputException("Worker:Packages", $"no package of bundle {pointer.BundleId}", "the package of the generation to go to");
        await ReplaceAsync(await LoadAsync(folder, cancellation), flip, cancellation);
    }

    private async Task<Model> LoadAsync(string folder, CancellationToken cancellation)
    {
        var loaded = await Task.Run(() => Model.Load(folder, settings, store, log, clock), cancellation);
        LogProviders(loaded);
        return loaded;
    }

    private void LogProviders(Model loaded)
    {
        foreach (var (graphs, provider) in loaded.Providers)
        {
            logger.LogInformation("Graphs of {Graphs} run on {Provider}.", graphs, provider);
            foreach (var other in provider.PassedOver)
            {
                logger.LogWarning("Graphs of {Graphs}: {What} was passed over: {Reason}", graphs, other.What, other.Reason);
            }
        }
    }

    private async Task ReplaceAsync(Model next, Func<Task> publish, CancellationToken cancellation)
    {
        var before = model;
        if (!before.ReadsTopicsOf(next))
        {
            using (next)
            {
                throw new InvalidInputException(
                    $"package {next.Package.Folder}: task definitions",
                    string.Join(", ", next.Definitions),
                    $"{string.Join(", ", before.Definitions)}, whose topics this worker reads; for others start a worker with another Kafka:GroupId and Worker:StateFolder");
            }
        }

        await adapting.WaitAsync(cancellation);
        try
        {
            EventsChanged?.Invoke(next.Events);
            await publish();
            var pointer = await store.CurrentAsync(cancellation);
            model = next;
            Serve(pointer?.BundleId == next.BundleId ? pointer : null);
            before.Dispose();
        }
        catch when (model == before)
        {
            EventsChanged?.Invoke(before.Events);
            next.Dispose();
            throw;
        }
        finally
        {
            adapting.Release();
        }
    }

    // A generation that several workers write to is added to, unless none of the model is there yet.
    private async Task<RefreshRecord> AdaptAllAsync(Model target, Func<IReadOnlyList<WindowView>> views, CancellationToken cancellation)
    {
        var windows = views();
        try
        {
            var add = settings.Embeddings.IsShared && (await store.CurrentAsync(cancellation))?.BundleId == target.BundleId;
            var source = windows.Count == 0 ? new RefreshSource(null, _ => []) : RefreshSource.All(windows);
            return Told(add ? await target.Refresher.RunAddedAsync(source, cancellation) : await target.Refresher.RunAsync(source, null, cancellation));
        }
        finally
        {
            foreach (var view in windows)
            {
                view.Dispose();
            }
        }
    }

    private RefreshRecord Told(RefreshRecord record)
    {
        Refreshed?.Invoke(record);
        return record;
    }

    private void Serve(EmbeddingPointer? pointer)
    {
        if (Bundles.Current is { } current && current.BundleId == model.BundleId && current.Pointer == pointer)
        {
            return;
        }

        replaced = Bundles.Swap(model.Serving.With(pointer))?.Ended ?? Task.CompletedTask;
    }

    private async Task<T> ChangeAsync<T>(Func<Task<T>> change, CancellationToken cancellation)
    {
        await changing.WaitAsync(cancellation);
        try
        {
            // A store keeps two generations: what requests still read must not become the third.
            await Task.WhenAny(replaced, Task.Delay(RequestTime, clock, cancellation));
            return await change();
        }
        finally
        {
            changing.Release();
        }
    }
}
