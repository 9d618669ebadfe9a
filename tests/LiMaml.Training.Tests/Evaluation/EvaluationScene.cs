using LiMaml.Models.Datasets;
using LiMaml.Models.Network;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using LiMaml.Training.Evaluation;
using LiMaml.Training.Tensors;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Evaluation;

/// <summary>The toy dataset in memory beside an untrained network that adapts to it by large steps.</summary>
internal sealed class EvaluationScene : IDisposable
{
    public const int Capacity = 12;
    private readonly ToyDataset toy;
    private readonly ModelParameters parameters;

    private EvaluationScene(ToyDataset toy, TaskData data, ModelParameters parameters, Network<Tensor> network)
    {
        this.toy = toy;
        this.parameters = parameters;
        (Data, Network) = (data, network);
    }

    public static IReadOnlyList<Split> Support { get; } = [Split.Train, Split.Validation];

    public TaskData Data { get; }

    public Network<Tensor> Network { get; }

    /// <summary>Where the test rows begin and end, in microseconds: one row a second for each member.</summary>
    public static (long Start, long End) Period => (24_000_000, 32_000_000);

    public static async Task<EvaluationScene> OpenAsync(Func<Split, long, float, float>? relabel = null)
    {
        var toy = await ToyDataset.WriteAsync(relabel: relabel);
        var dataset = Dataset.Open(toy.Folder);
        var spec = TrainingRunTests.Configuration().Resolve(dataset.Schema);
        var data = await TaskData.LoadAsync(dataset, spec, CPU, cancellation: TestContext.Current.CancellationToken);
        var parameters = ModelParameters.Initialise(spec, dataset.Schema, 1, CPU);
        return new EvaluationScene(toy, data, parameters, new Network<Tensor>(spec, dataset.Schema, new TorchAlgebra(CPU), name => parameters[name]));
    }

    /// <summary>Scores by row with stored embeddings.</summary>
    public IReadOnlyDictionary<int, float> Score(IReadOnlyList<Episode> episodes, EmbeddingAggregation aggregation = EmbeddingAggregation.Latest) =>
        new Scorer(Network, new InnerLoopSpec { Steps = 3, StepSize = 1, SupportCapacity = Capacity }, EmbeddingSource.Stored, aggregation).Score(Data, episodes, TestContext.Current.CancellationToken);

    public void Dispose()
    {
        parameters.Dispose();
        Data.Dispose();
        toy.Dispose();
    }
}
