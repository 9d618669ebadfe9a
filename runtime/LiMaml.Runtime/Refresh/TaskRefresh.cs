using LiMaml.Models.Packages;
using LiMaml.Runtime.Adaptation;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Graphs;
using LiMaml.Runtime.Windows;

namespace LiMaml.Runtime.Refresh;

/// <summary>From windows of one task definition to embeddings that the guardrails let pass. Thread-safe.</summary>
internal sealed class TaskRefresh : IDisposable
{
    private readonly RowEncoder encoder;
    private readonly Adapter adapter;
    private readonly UnadaptedEmbeddings unadapted;
    private readonly Guardrails guardrails;
    private readonly EventSchema events;
    private readonly IReadOnlyList<(string Task, int EmbeddingSize)> others;

    public TaskRefresh(ModelPackage package, string task, RefreshOptions options)
    {
        adapter = Adapter.Open(package, task, options.Adapter);
        encoder = RowEncoder.For(package.Manifest.Schema, adapter.Features);
        try
        {
            unadapted = UnadaptedEmbeddings.Open(package, task, options.Adapter.Graphs);
        }
        catch
        {
            adapter.Dispose();
            throw;
        }

        guardrails = new Guardrails(options.Guardrails);
        events = EventSchema.For(package.Manifest.Schema);
        others = [.. package.OtherTasks(task).Select(other => (other, package.MetaBlock(other).EmbeddingSize))];
    }

    /// <summary>The task definition.</summary>
    public string Task => adapter.Task;

    /// <summary>What executes its graphs, and what was passed over.</summary>
    public ProviderChoice Provider => ProviderChoice.Least([adapter.Provider, unadapted.Provider]);

    /// <summary>Most recent samples of a window that count.</summary>
    public int SupportCapacity => adapter.SupportCapacity;

    /// <summary>Whether its tasks meet those of other definitions.</summary>
    public bool Meets => others.Count > 0;

    /// <summary>Whom the samples of windows met.</summary>
    public Meetings MeetingsOf(IReadOnlyList<Window> windows) => new(
        others, [.. windows.SelectMany(window => window.Samples).Select(sample => others.Select(other => events.KeyOf(sample, other.Task)).ToArray())]);

    /// <summary>The windows as rows.</summary>
    public TaskRows Encode(IReadOnlyList<Window> windows) => WindowRows.Encode(windows, encoder);

    /// <summary>Adapts to all rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="counterparts">What they met; none where null.</param>
    /// <param name="cancellation">Ends the work.</param>
    public AdaptedTasks Adapt(TaskRows rows, Counterparts? counterparts, CancellationToken cancellation) => adapter.Adapt(rows, counterparts, cancellation);

    /// <summary>Gives tasks whose fine-tuning ran away the unadapted embedding.</summary>
    public void Undo(TaskRows rows, AdaptedTasks adapted) => Divergence.Undo(rows, adapted, unadapted);

    /// <summary>One of the vectors that lie behind each other in <paramref name="vectors"/>.</summary>
    public ReadOnlyMemory<float> Vector(float[] vectors, int place) => vectors.AsMemory(place * adapter.EmbeddingSize, adapter.EmbeddingSize);

    /// <summary>Judges what came of the windows, and finds embeddings for those that did not pass.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="rows">The same as rows.</param>
    /// <param name="adapted">What came of them.</param>
    /// <param name="current">The tasks' embeddings of the same bundle.</param>
    public IReadOnlyList<RefreshedTask> Judge(IReadOnlyList<Window> windows, TaskRows rows, AdaptedTasks adapted, IReadOnlyList<StoredEmbedding?> current)
    {
        GuardrailReason?[] reasons = [.. windows.Select((_, place) =>
            guardrails.Judge(Vector(adapted.Embeddings, place).Span, adapted.LossBefore[place], adapted.LossAfter[place], current[place]))];
        var fallbacks = Fallbacks(rows, [.. Enumerable.Range(0, windows.Count).Where(place => reasons[place] is not null && current[place] is null)]);
        return [.. windows.Select((window, place) => new RefreshedTask(
            reasons[place] is null ? Adapted(window, adapted, place) : current[place] ?? Unadapted(window, fallbacks[place], adapted.LossBefore[place]),
            reasons[place],
            Kept: reasons[place] is not null && current[place] is not null,
            window,
            adapted.LossBefore[place],
            adapted.LossAfter[place]))];
    }

    public void Dispose()
    {
        adapter.Dispose();
        unadapted.Dispose();
    }

    private Dictionary<int, ReadOnlyMemory<float>> Fallbacks(TaskRows rows, int[] places)
    {
        var vectors = new float[places.Length * adapter.EmbeddingSize];
        unadapted.Embed(rows.Rows, [.. places.Select(place => rows.Tasks[place].Latest)], vectors);
        return places.Index().ToDictionary(place => place.Item, place => Vector(vectors, place.Index));
    }

    private StoredEmbedding Adapted(Window window, AdaptedTasks adapted, int place) => new(
        window.Task, window.Key, Vector(adapted.Embeddings, place), window.Samples[^1].EventTime, window.Samples.Count, adapted.LossBefore[place], adapted.LossAfter[place]);

    private static StoredEmbedding? Unadapted(Window window, ReadOnlyMemory<float> vector, float lossBefore)
    {
        var loss = float.IsFinite(lossBefore) ? lossBefore : 0;
        return EmbeddingChecks.IsFinite(vector.Span) ? new StoredEmbedding(window.Task, window.Key, vector, window.Samples[^1].EventTime, 0, loss, loss) : null;
    }
}
