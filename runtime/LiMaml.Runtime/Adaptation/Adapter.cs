using LiMaml.Models.Datasets;
using LiMaml.Models.Packages;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Adaptation;

/// <summary>
/// Meta embedding generation (Algorithm 2b) for batches of tasks, through the <c>adapt</c> graph of a task definition.
/// Thread-safe.
/// </summary>
/// <remarks>
/// The most recent samples of a task, up to <see cref="SupportCapacity"/>, are its support, weighted by
/// <see cref="RowGroup.Weights"/> and, where the model has a half-life, by their age. A task without support gets the unadapted embedding of its latest meta features.
/// </remarks>
public sealed class Adapter : IDisposable
{
    private readonly GraphSession session;
    private readonly FeatureTensors? supportMeta;
    private readonly FeatureTensors support;
    private readonly FeatureTensors latest;
    private readonly IReadOnlyList<(string Task, UnadaptedEmbeddings Unadapted)> others;
    private readonly Counterparts none = new(new Dictionary<string, int>());
    private readonly SupportBuckets buckets;
    private readonly InnerLoopSpec fineTuning;
    private readonly bool hasSequence;

    private Adapter(ModelPackage package, string task, AdapterOptions options)
    {
        var block = package.MetaBlock(task);
        Task = task;
        EmbeddingSize = block.EmbeddingSize;
        hasSequence = block.Kind is MetaBlockKind.Transformer;
        fineTuning = package.Manifest.Model.FineTuning.For(block);
        SupportCapacity = fineTuning.SupportCapacity;
        buckets = new SupportBuckets(SupportCapacity, options.BatchRows);
        latest = new FeatureTensors(package.MetaLayout(block), GraphTensorNames.Latest);
        support = new FeatureTensors(package.SupportLayout(block), GraphTensorNames.Support);
        supportMeta = block.Kind is not MetaBlockKind.IdEmbedding ? new FeatureTensors(package.MetaLayout(block), GraphTensorNames.SupportMeta) : null;
        session = GraphSession.Open(package, package.Adapt(task), options.Graphs);
        others = [.. package.OtherTasks(task).Select(other => (other, UnadaptedEmbeddings.Open(package, other, options.Graphs)))];
        Features = [.. latest.Features.Concat(support.Features).Concat(others.SelectMany(other => other.Unadapted.Features)).Distinct()];
    }

    /// <summary>The task definition.</summary>
    public string Task { get; }

    /// <summary>Numbers in a meta embedding.</summary>
    public int EmbeddingSize { get; }

    /// <summary>Most recent samples of a task that are used.</summary>
    public int SupportCapacity { get; }

    /// <summary>Names of the features that rows must have.</summary>
    public IReadOnlyList<string> Features { get; }

    /// <summary>What executes the graphs, and what was passed over.</summary>
    public ProviderChoice Provider => ProviderChoice.Least([session.Provider, .. others.Select(other => other.Unadapted.Provider)]);

    /// <summary>Loads the <c>adapt</c> graph of <paramref name="task"/>.</summary>
    /// <exception cref="LiMaml.Models.InvalidInputException">
    /// The package has no such definition, the graph and the manifest disagree, or an option is out of range.
    /// </exception>
    public static Adapter Open(ModelPackage package, string task, AdapterOptions? options = null)
    {
        options ??= new AdapterOptions();
        options.Validate();
        return new Adapter(package, task, options);
    }

    /// <summary>Adapts tasks.</summary>
    /// <param name="tasks">Any number of tasks, in any order; rows of each oldest first.</param>
    /// <param name="counterparts">The meta embeddings that the samples' tasks of the other definitions have now; where one is lacking, and without, the unadapted one of the sample's own meta features.</param>
    /// <param name="cancellation">Looked at before each run.</param>
    /// <returns>Embeddings and losses in the order of the tasks.</returns>
    /// <exception cref="LiMaml.Models.InvalidInputException">The rows lack a feature.</exception>
    public AdaptedTasks Adapt(TaskRows tasks, Counterparts? counterparts = null, CancellationToken cancellation = default)
    {
        var count = tasks.Tasks.Count;
        var adapted = new AdaptedTasks(new float[count * EmbeddingSize], new float[count], new float[count], others.Count == 0 ? [] : new float[count * EmbeddingSize]);
        using var batch = session.Rent();
        foreach (var bucket in buckets.Plan([.. tasks.Tasks.Select(task => task.Count)]))
        {
            cancellation.ThrowIfCancellationRequested();
            Fill(tasks, bucket, counterparts, batch);
            batch.Run();
            Collect(bucket, batch, adapted);
        }

        return adapted;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        session.Dispose();
        foreach (var (_, unadapted) in others)
        {
            unadapted.Dispose();
        }
    }

    private void Fill(TaskRows tasks, SupportBucket bucket, Counterparts? counterparts, GraphBatch batch)
    {
        batch.Resize((GraphTensorNames.TasksAxis, BatchShape.SizeFor(bucket.Tasks.Length)), (GraphTensorNames.SupportAxis, bucket.Length));
        var places = Places(tasks, bucket);
        supportMeta?.Fill(tasks.Rows, places, batch);
        support.Fill(tasks.Rows, places, batch);
        latest.Fill(tasks.Rows, BatchShape.Fill([.. bucket.Tasks.Select(task => tasks.Tasks[task].Latest)]), batch);
        foreach (var (task, unadapted) in others)
        {
            (counterparts ?? none).Fill(task, tasks.Rows, places, unadapted, batch.Float32(GraphTensorNames.SupportEmbeddingOf(task)));
        }

        FillNumbers(tasks.Rows.Labels, places, batch.Float32(GraphTensorNames.SupportLabel));
        FillNumbers(tasks.Rows.Weights, places, batch.Float32(GraphTensorNames.SupportWeight));
        Decay(tasks, bucket, batch.Float32(GraphTensorNames.SupportWeight));
        if (hasSequence)
        {
            FillTimes(tasks.Rows.Timestamps, places, bucket.Length, batch.Float32(GraphTensorNames.SupportPosition), batch.Float32(GraphTensorNames.SupportElapsed));
        }
    }

    private static void FillTimes(long[] timestamps, int[] places, int length, Span<float> positions, Span<float> elapsed)
    {
        for (var place = 0; place < places.Length; place++)
        {
            var sample = place % length;
            positions[place] = places[place] < 0 ? 0 : sample + 1;
            elapsed[place] = places[place] < 0 || sample == 0 ? 0 : ElapsedTime.Days(timestamps[places[place - 1]], timestamps[places[place]]);
        }
    }

    private void Decay(TaskRows tasks, SupportBucket bucket, Span<float> weights)
    {
        for (var task = 0; task < bucket.Tasks.Length && fineTuning.HalfLife is not null; task++)
        {
            var used = Math.Min(tasks.Tasks[bucket.Tasks[task]].Count, bucket.Length);
            for (var sample = 0; sample < used; sample++)
            {
                weights[(task * bucket.Length) + sample] *= fineTuning.Decay(used - 1 - sample);
            }
        }
    }

    /// <summary>Each task's most recent rows, oldest first, then padding; as [tasks, support].</summary>
    private static int[] Places(TaskRows tasks, SupportBucket bucket)
    {
        var places = new int[BatchShape.SizeFor(bucket.Tasks.Length) * bucket.Length];
        Array.Fill(places, FeatureTensors.Padding);
        for (var task = 0; task < bucket.Tasks.Length; task++)
        {
            var range = tasks.Tasks[bucket.Tasks[task]];
            var used = Math.Min(range.Count, bucket.Length);
            for (var sample = 0; sample < used; sample++)
            {
                places[(task * bucket.Length) + sample] = range.Start + range.Count - used + sample;
            }
        }

        return places;
    }

    private static void FillNumbers(float[] values, int[] places, Span<float> target)
    {
        for (var place = 0; place < places.Length; place++)
        {
            target[place] = places[place] < 0 ? 0 : values[places[place]];
        }
    }

    private void Collect(SupportBucket bucket, GraphBatch batch, AdaptedTasks adapted)
    {
        var embeddings = batch.Float32(GraphTensorNames.MetaEmbedding);
        var before = batch.Float32(GraphTensorNames.LossBefore);
        var after = batch.Float32(GraphTensorNames.LossAfter);
        var starts = others.Count == 0 ? [] : batch.Float32(GraphTensorNames.StartingEmbedding);
        for (var place = 0; place < bucket.Tasks.Length; place++)
        {
            var task = bucket.Tasks[place];
            embeddings.Slice(place * EmbeddingSize, EmbeddingSize).CopyTo(adapted.Embeddings.AsSpan(task * EmbeddingSize));
            adapted.LossBefore[task] = before[place];
            adapted.LossAfter[task] = after[place];
            if (others.Count > 0)
            {
                starts.Slice(place * EmbeddingSize, EmbeddingSize).CopyTo(adapted.Starts.AsSpan(task * EmbeddingSize));
            }
        }
    }
}
