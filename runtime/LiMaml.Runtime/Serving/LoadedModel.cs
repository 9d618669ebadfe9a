using LiMaml.Models.Packages;
using LiMaml.Runtime.Graphs;
using LiMaml.Runtime.Scoring;

namespace LiMaml.Runtime.Serving;

/// <summary>A package's graphs, loaded once for all generations of embeddings that are served with them.</summary>
internal sealed class LoadedModel
{
    public LoadedModel(ModelPackage package, GraphOptions? options)
    {
        Package = package;
        Users = new ReferenceCount(Unload);
        var models = new ServedModels(package);
        (Joined, Raw) = (models.Joined(), models.Raw());
        Scorer = Scorer.Open(package, options);
        Blocks = [.. package.Manifest.Model.MetaBlocks.Select((block, index) => new ServedBlock(package, Scorer, Joined, index))];
    }

    public ModelPackage Package { get; }

    public Scorer Scorer { get; }

    public ServedModel Joined { get; }

    public ServedModel Raw { get; }

    /// <summary>The model's task definitions, in its order.</summary>
    public IReadOnlyList<ServedBlock> Blocks { get; }

    public ReferenceCount Users { get; }

    private void Unload() => Scorer.Dispose();
}
