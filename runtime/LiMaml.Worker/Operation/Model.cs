using LiMaml.Models;
using LiMaml.Models.Packages;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Events;
using LiMaml.Runtime.Graphs;
using LiMaml.Runtime.Refresh;
using LiMaml.Runtime.Serving;
using LiMaml.Runtime.Verification;

namespace LiMaml.Worker.Operation;

/// <summary>A package that computes what was trained, with everything that is loaded of it.</summary>
internal sealed class Model : IDisposable
{
    private Model(ModelPackage package, ServingBundle serving, Refresher refresher)
    {
        Package = package;
        Serving = serving;
        Refresher = refresher;
        Events = EventSchema.For(package.Manifest.Schema);
    }

    /// <summary>The package.</summary>
    public ModelPackage Package { get; }

    /// <summary>Names the model.</summary>
    public string BundleId => Package.Manifest.BundleId;

    /// <summary>Its scoring graphs, without embeddings.</summary>
    public ServingBundle Serving { get; }

    /// <summary>Makes its embeddings.</summary>
    public Refresher Refresher { get; }

    /// <summary>What executes its graphs: those that score, and those that adapt.</summary>
    public IReadOnlyList<(string Graphs, ProviderChoice Provider)> Providers => [("scoring", Serving.Provider), ("adaptation", Refresher.Provider)];

    /// <summary>What its events look like.</summary>
    public EventSchema Events { get; }

    /// <summary>The task definitions that have embeddings.</summary>
    public IReadOnlyList<string> Definitions => [.. Package.Manifest.Model.MetaBlocks.Select(block => block.Task)];

    /// <summary>Whether another model finds its windows where this one does: several task definitions have a topic each, one has none.</summary>
    public bool ReadsTopicsOf(Model other) => Definitions.Count == 1 ? other.Definitions.Count == 1 : Definitions.Order().SequenceEqual(other.Definitions.Order());

    /// <summary>Verifies a package with its recorded cases and loads its graphs.</summary>
    /// <exception cref="InvalidInputException">It is not a package, was changed, or does not compute what was trained.</exception>
    public static Model Load(string folder, WorkerSettings settings, IEmbeddingStore store, RefreshLog? log, TimeProvider clock)
    {
        var verified = Verifier.Verify(folder, settings.Worker.Tolerance, settings.Worker.ScoringGraphs);
        if (!verified.Passed)
        {
            var worst = verified.Outputs.First(output => !output.Passed);
            throw new InvalidInputException(
                $"{folder}: output '{worst.Output}' of graph '{worst.Graph}'", $"an error of {worst.LargestError:0.0e+00} in recorded case '{worst.WorstCase}'", $"at most {worst.Tolerance:0.0e+00}");
        }

        var package = ModelPackage.Open(folder);
        var serving = ServingBundle.Open(package, store, null, settings.Worker.ScoringGraphs);
        try
        {
            return new Model(package, serving, Refresher.Open(package, store, settings.Refresh with { Shared = settings.Embeddings.IsShared }, log, clock));
        }
        catch
        {
            serving.Dispose();
            throw;
        }
    }

    /// <summary>Frees the graphs that nobody uses any more.</summary>
    public void Dispose()
    {
        Serving.Dispose();
        Refresher.Dispose();
    }
}
