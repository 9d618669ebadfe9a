using LiMaml.Models;
using LiMaml.Models.Datasets;
using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Adaptation;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Scoring;

/// <summary>
/// Scores rows with meta embeddings through a package's <c>global</c> graph; there is no fine-tuning here (paper §4.3.3).
/// Embeddings must come from the same bundle. Thread-safe.
/// </summary>
public sealed class Scorer : IDisposable
{
    private const int BatchRows = 8192;

    private readonly GraphSession session;
    private readonly FeatureTensors features;
    private readonly Dictionary<string, UnadaptedEmbeddings> unadapted;
    private readonly ModelSpec model;
    private readonly bool hasLogits;

    private Scorer(ModelPackage package, GraphOptions? options)
    {
        BundleId = package.Manifest.BundleId;
        model = package.Manifest.Model;
        hasLogits = model.Label is not LabelKind.Real;
        features = new FeatureTensors(package.GlobalLayout());
        session = GraphSession.Open(package, package.Global, options);
        unadapted = model.MetaBlocks.ToDictionary(
            block => block.Task, block => UnadaptedEmbeddings.Open(package, block.Task, options));
        Features = [.. features.Features.Concat(unadapted.Values.SelectMany(embeddings => embeddings.Features)).Distinct()];
    }

    /// <summary>The bundle whose embeddings can be scored.</summary>
    public string BundleId { get; }

    /// <summary>Names of the features that rows must have.</summary>
    public IReadOnlyList<string> Features { get; }

    /// <summary>The task definitions that the model personalises for.</summary>
    public IReadOnlyCollection<string> Tasks => unadapted.Keys;

    /// <summary>What executes the graphs, and what was passed over.</summary>
    public ProviderChoice Provider => ProviderChoice.Least([session.Provider, .. unadapted.Values.Select(embeddings => embeddings.Provider)]);

    /// <summary>The <c>global</c> graph.</summary>
    internal GraphSession Session => session;

    /// <summary>Loads the <c>global</c> graph, and the <c>meta</c> graphs for tasks without an embedding.</summary>
    /// <exception cref="InvalidInputException">A graph and the manifest disagree, or an option is out of range.</exception>
    public static Scorer Open(ModelPackage package, GraphOptions? options = null) => new(package, options);

    /// <summary>The unadapted embeddings of a task definition.</summary>
    /// <exception cref="InvalidInputException">The model does not personalise for it.</exception>
    public UnadaptedEmbeddings Unadapted(string task) => unadapted.TryGetValue(task, out var embeddings)
        ? embeddings
        : throw new InvalidInputException("task definition", $"'{task}'", $"one that the model personalises for: {string.Join(", ", Tasks)}");

    /// <summary>Scores rows.</summary>
    /// <param name="rows">Where the features are.</param>
    /// <param name="places">Which of the rows to score, in any order; none or many.</param>
    /// <param name="embeddings">
    /// By task definition, float32 [places, embedding], row-major. Where a definition is missing, rows are scored with the
    /// unadapted embedding of their own meta features.
    /// </param>
    /// <exception cref="InvalidInputException">The rows lack a feature.</exception>
    /// <exception cref="ArgumentException">Embeddings are for a definition that the model does not have, or not [places, embedding].</exception>
    public Scores Score(RowGroup rows, ReadOnlySpan<int> places, IReadOnlyDictionary<string, ReadOnlyMemory<float>> embeddings)
    {
        CheckEmbeddings(places.Length, embeddings);
        var scores = new Scores(hasLogits ? new float[places.Length] : null, new float[places.Length]);
        using var batch = session.Rent();
        for (var first = 0; first < places.Length; first += BatchRows)
        {
            var part = places[first..Math.Min(first + BatchRows, places.Length)];
            batch.Resize((GraphTensorNames.RowsAxis, BatchShape.SizeFor(part.Length)));
            features.Fill(rows, BatchShape.Fill(part), batch);
            FillEmbeddings(rows, part, embeddings, first, batch);
            batch.Run();
            batch.Float32(hasLogits ? GraphTensorNames.Probability : GraphTensorNames.Prediction)[..part.Length].CopyTo(scores.Predictions.AsSpan(first));
            if (scores.Logits is not null)
            {
                batch.Float32(GraphTensorNames.Logit)[..part.Length].CopyTo(scores.Logits.AsSpan(first));
            }
        }

        return scores;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        session.Dispose();
        foreach (var embeddings in unadapted.Values)
        {
            embeddings.Dispose();
        }
    }

    private void FillEmbeddings(
        RowGroup rows, ReadOnlySpan<int> part, IReadOnlyDictionary<string, ReadOnlyMemory<float>> embeddings, int first, GraphBatch batch)
    {
        foreach (var (task, block) in unadapted)
        {
            var input = batch.Float32(GraphTensorNames.EmbeddingOf(task, model));
            input[(part.Length * block.EmbeddingSize)..].Clear();
            input = input[..(part.Length * block.EmbeddingSize)];
            if (embeddings.TryGetValue(task, out var given))
            {
                given.Span.Slice(first * block.EmbeddingSize, input.Length).CopyTo(input);
            }
            else
            {
                block.Embed(rows, part, input);
            }
        }
    }

    private void CheckEmbeddings(int count, IReadOnlyDictionary<string, ReadOnlyMemory<float>> embeddings)
    {
        foreach (var (task, given) in embeddings)
        {
            var size = unadapted.TryGetValue(task, out var block) ? block.EmbeddingSize : 0;
            if (size == 0 || given.Length != (long)count * size)
            {
                throw new ArgumentException(
                    $"embeddings of '{task}': found {given.Length} numbers, expected {count} × {size} (tasks of the model: {string.Join(", ", Tasks)})",
                    nameof(embeddings));
            }
        }
    }
}
