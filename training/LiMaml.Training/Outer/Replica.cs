using LiMaml.Models.Network;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using LiMaml.Training.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Outer;

/// <summary>The outer loss of some episodes as a mean, and the weight of the samples that it is a mean over; both scalars.</summary>
internal delegate (Tensor Loss, Tensor Weight) EpisodeLoss(OuterObjective objective, TaskData data, IReadOnlyList<Episode> episodes);

/// <summary>A model on a device, with its own copy of the parameters: what takes a share of each batch.</summary>
internal sealed class Replica : IDisposable
{
    private readonly TorchAlgebra algebra;
    private readonly OuterObjective objective;
    private readonly JointData data;

    /// <param name="model">The model.</param>
    /// <param name="schema">Of its data.</param>
    /// <param name="options">Seed and penalties of the outer loop.</param>
    /// <param name="data">On the replica's device.</param>
    public Replica(ModelSpec model, DatasetSchema schema, TrainingOptions options, JointData data)
    {
        this.data = data;
        algebra = new TorchAlgebra(Device);
        Parameters = ModelParameters.Initialise(model, schema, options.Seed, Device);
        Network = new Network<Tensor>(model, schema, algebra, name => Parameters[name]);
        objective = new OuterObjective(Network, options.EmbeddingL2, options.MetaEmbeddingL2);
    }

    private Device Device => data.Definitions[0].Labels.device;

    /// <summary>The values, and after <see cref="Backward"/> their gradients.</summary>
    public ModelParameters Parameters { get; }

    /// <summary>Both blocks over <see cref="Parameters"/>.</summary>
    public Network<Tensor> Network { get; }

    /// <summary>Adds the gradients of the loss of some episodes, as a mean or, for a part of a batch, as a sum over samples.</summary>
    /// <returns>The mean loss, and the samples' weight.</returns>
    public (double Loss, double Weight) Backward(OuterBatch batch, EpisodeLoss lossOf, bool asSum)
    {
        using var scope = NewDisposeScope();
        algebra.Training = true;
        var (loss, weight) = lossOf(objective, data.Definitions[batch.Definition], batch.Episodes);
        (asSum ? loss.mul(weight) : loss).backward();
        algebra.Training = false;
        return (loss.item<float>(), weight.item<float>());
    }

    /// <summary>Takes over the values of another replica.</summary>
    public void CopyFrom(Replica other)
    {
        using var _ = no_grad();
        foreach (var declaration in Parameters.Declarations)
        {
            Parameters[declaration.Name].copy_(other.Parameters[declaration.Name]);
        }
    }

    /// <summary>Adds the gradients of another replica to those here, and clears them there.</summary>
    public void AddGradients(Replica other)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var declaration in Parameters.Declarations)
        {
            if (other.Parameters[declaration.Name].grad is not { } gradient)
            {
                continue;
            }

            var here = Parameters[declaration.Name];
            if (here.grad is { } sum)
            {
                sum.add_(gradient.to(sum.device), Scalars.Of(1));
            }
            else
            {
                here.grad = gradient.to(here.device, copy: true).DetachFromDisposeScope();
            }

            gradient.zero_();
        }
    }

    /// <summary>Divides the gradients by a number.</summary>
    public void DivideGradients(double divisor)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var by = tensor((float)divisor, device: Device);
        foreach (var declaration in Parameters.Declarations)
        {
            Parameters[declaration.Name].grad?.div_(by);
        }
    }

    public void Dispose() => Parameters.Dispose();
}
