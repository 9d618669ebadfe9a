using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;

namespace LiMaml.Training.Outer;

/// <summary>
/// The devices of one machine at work on a batch (paper §6.4): each takes a share of its tasks through the inner loop by
/// itself; gradients meet in the outer step only, weighted by samples, so that the step is the one that a single device
/// would take with the whole batch, up to rounding and to which outputs dropout drops.
/// </summary>
internal sealed class Replicas : IDisposable
{
    private readonly EpisodeLoss lossOf;
    private readonly IReadOnlyList<(Replica Replica, ReplicaThread Thread)> others;

    /// <param name="model">The model.</param>
    /// <param name="schema">Of its data.</param>
    /// <param name="options">Of the outer loop.</param>
    /// <param name="data">One for each replica, on its device; the same may serve several. At least one.</param>
    /// <param name="lossOf">The outer loss.</param>
    public Replicas(ModelSpec model, DatasetSchema schema, TrainingOptions options, IReadOnlyList<JointData> data, EpisodeLoss lossOf)
    {
        this.lossOf = lossOf;
        Main = new Replica(model, schema, options, data[0]);
        others = [.. data.Skip(1).Select(rows => (new Replica(model, schema, options, rows), new ReplicaThread()))];
    }

    /// <summary>The replica whose parameters the optimizer moves; the others take them over before each batch.</summary>
    public Replica Main { get; }

    /// <summary>Leaves the gradients of the batch's mean loss in <see cref="Main"/>, and returns the loss.</summary>
    public double Backward(OuterBatch batch)
    {
        if (others.Count == 0 || batch.Episodes.Count == 1)
        {
            return Main.Backward(batch, lossOf, asSum: false).Loss;
        }

        // Episodes of a batch are of similar length, so equal counts are about equal work.
        var shares = batch.Episodes.Chunk((batch.Episodes.Count + others.Count) / (others.Count + 1)).Select(share => batch with { Episodes = share }).ToArray();
        var running = others.Zip(shares.Skip(1), (other, share) => (other.Replica, Work: other.Thread.RunAsync(() =>
        {
            other.Replica.CopyFrom(Main);
            return other.Replica.Backward(share, lossOf, asSum: true);
        }))).ToArray();
        var parts = new List<(double Loss, double Weight)> { Main.Backward(shares[0], lossOf, asSum: true) };
        foreach (var (replica, work) in running)
        {
            parts.Add(work.GetAwaiter().GetResult());
            Main.AddGradients(replica);
        }

        var weight = Math.Max(1e-12, parts.Sum(part => part.Weight));
        Main.DivideGradients(weight);
        return parts.Sum(part => part.Loss * part.Weight) / weight;
    }

    public void Dispose()
    {
        foreach (var (replica, thread) in others)
        {
            thread.Dispose();
            replica.Dispose();
        }

        Main.Dispose();
    }
}
