using LiMaml.Models.Datasets;
using LiMaml.Models.Packages;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Runtime.Adaptation;

/// <summary>
/// The <c>meta</c> graph of a task definition: meta embeddings under θ_meta as trained, for tasks without history.
/// Thread-safe.
/// </summary>
public sealed class UnadaptedEmbeddings : IDisposable
{
    private const int BatchRows = 4096;

    private readonly GraphSession session;
    private readonly FeatureTensors features;

    private UnadaptedEmbeddings(GraphSession session, FeatureTensors features, int size)
    {
        this.session = session;
        this.features = features;
        EmbeddingSize = size;
    }

    /// <summary>Numbers in a meta embedding.</summary>
    public int EmbeddingSize { get; }

    /// <summary>Names of the features read.</summary>
    public IReadOnlyList<string> Features => features.Features;

    /// <summary>What executes the graph, and what was passed over.</summary>
    public ProviderChoice Provider => session.Provider;

    /// <summary>The <c>meta</c> graph.</summary>
    internal GraphSession Session => session;

    /// <summary>Loads the <c>meta</c> graph of <paramref name="task"/>.</summary>
    /// <exception cref="LiMaml.Models.InvalidInputException">The package has no such definition, or the graph and the manifest disagree.</exception>
    public static UnadaptedEmbeddings Open(ModelPackage package, string task, GraphOptions? options = null)
    {
        var block = package.MetaBlock(task);
        var session = GraphSession.Open(package, package.Meta(task), options);
        return new UnadaptedEmbeddings(session, new FeatureTensors(package.MetaLayout(block)), block.EmbeddingSize);
    }

    /// <summary>Embeds rows by their own meta features.</summary>
    /// <param name="rows">Where the features are.</param>
    /// <param name="places">For each embedding a row of <paramref name="rows"/>, or <see cref="FeatureTensors.Padding"/> for features of 0.</param>
    /// <param name="embeddings">Receives float32 [places, embedding], row-major.</param>
    /// <exception cref="LiMaml.Models.InvalidInputException">The rows lack a feature.</exception>
    public void Embed(RowGroup rows, ReadOnlySpan<int> places, Span<float> embeddings)
    {
        using var batch = session.Rent();
        for (var first = 0; first < places.Length; first += BatchRows)
        {
            var part = places[first..Math.Min(first + BatchRows, places.Length)];
            batch.Resize((GraphTensorNames.TasksAxis, BatchShape.SizeFor(part.Length)));
            features.Fill(rows, BatchShape.Fill(part), batch);
            batch.Run();
            batch.Float32(GraphTensorNames.MetaEmbedding)[..(part.Length * EmbeddingSize)].CopyTo(embeddings[(first * EmbeddingSize)..]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => session.Dispose();
}
