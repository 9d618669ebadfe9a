using LiMaml.Models.Datasets;
using LiMaml.Models.Network;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using LiMaml.Training.Outer;
using LiMaml.Training.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Joint;

/// <summary>Members and items in memory, beside an untrained network that adapts both.</summary>
internal sealed class JointScene : IDisposable
{
    private readonly PairDataset pairs;
    private readonly ModelParameters parameters;

    private JointScene(PairDataset pairs, ModelSpec model, JointData data, ModelParameters parameters, Network<Tensor> network)
    {
        (this.pairs, this.parameters) = (pairs, parameters);
        (Model, Data, Network) = (model, data, network);
    }

    public ModelSpec Model { get; }

    public JointData Data { get; }

    public Network<Tensor> Network { get; }

    public IReadOnlyDictionary<long, (string Member, string Item)> TasksOf => pairs.TasksOf;

    /// <summary>Member and item against each other, by Newton steps.</summary>
    public static TrainingConfiguration Configuration { get; } = new()
    {
        MetaBlocks =
        [
            new MetaBlockSpec { Task = "member", Features = ["tenure"], Layers = [], EmbeddingSize = 4, History = ["item_id"], HalfLife = 20 },
            new MetaBlockSpec { Task = "item", Features = ["price"], Layers = [], EmbeddingSize = 4, History = ["member_id"], SupportCapacity = 9 },
        ],
        InnerLoop = new InnerLoopSpec { Adapts = AdaptedWeights.Embedding, StepRule = StepRule.Newton, Steps = 2, StepSize = 1, Proximal = 1, LearnedProximal = true, MetaEmbeddingL2 = 0, SupportCapacity = 12 },
        Training = new TrainingOptions { Epochs = 6, TasksPerBatch = 16, LearningRate = 0.02, WarmupSteps = 5, EmbeddingL2 = 0, MetaEmbeddingL2 = 0.001, WeightDecay = 0.001 },
    };

    public static async Task<JointScene> OpenAsync(Func<Split, long, float, float>? relabel = null)
    {
        var pairs = await PairDataset.WriteAsync(relabel);
        var dataset = Dataset.Open(pairs.Folder);
        var model = Configuration.Resolve(dataset.Schema);
        var data = await JointData.LoadAsync(dataset, model, CPU, merges: false, TestContext.Current.CancellationToken);
        var parameters = ModelParameters.Initialise(model, dataset.Schema, 1, CPU);
        return new JointScene(pairs, model, data, parameters, new Network<Tensor>(model, dataset.Schema, new TorchAlgebra(CPU), name => parameters[name]));
    }

    public void Dispose()
    {
        parameters.Dispose();
        Data.Dispose();
        pairs.Dispose();
    }
}
