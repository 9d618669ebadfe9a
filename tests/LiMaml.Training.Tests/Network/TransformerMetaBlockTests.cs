using LiMaml.Models.Network;
using LiMaml.Models.Network.Sequences;
using LiMaml.Models.Specs;
using LiMaml.Training.Data;
using LiMaml.Training.Tests.Outer;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Network;

/// <summary>The transformer meta block by itself: what it sees, and its gradient.</summary>
public sealed class TransformerMetaBlockTests
{
    private const int Length = 5;

    private static ModelSpec Spec { get; } = SampleNetwork.DefaultSpec with
    {
        MetaBlocks = [SampleNetwork.TransformerBlock with { Transformer = SampleNetwork.TransformerBlock.Transformer! with { Depth = 2, Adapts = AdaptedLayers.All } }],
    };

    [Fact]
    public void ForwardSupport_AnythingOfALaterSample_MovesNoEarlierEmbedding()
    {
        using var scope = NewDisposeScope();
        using var network = new SampleNetwork(Spec);
        var batch = Batch();
        var before = OfSupport(network, batch);
        foreach (var changed in Changes(batch.Support, sample: 3))
        {
            var after = OfSupport(network, batch with { Support = changed });

            Assert.Equal(Values(before.narrow(1, 0, 3)), Values(after.narrow(1, 0, 3)));
        }
    }

    [Fact]
    public void ForwardSupport_OwnLabelAndOwnFeaturesOfTheSequence_MoveLaterEmbeddingsAlone()
    {
        using var scope = NewDisposeScope();
        using var network = new SampleNetwork(Spec);
        var batch = Batch();
        var before = OfSupport(network, batch);
        foreach (var changed in new[] { Labelled(batch.Support, 2), Featured(batch.Support, 2) })
        {
            var after = OfSupport(network, batch with { Support = changed });

            Assert.Equal(Values(before.narrow(1, 0, 3)), Values(after.narrow(1, 0, 3)));
            for (var later = 3; later < Length; later++)
            {
                Assert.NotEqual(Values(before.select(1, later)), Values(after.select(1, later)));
            }
        }
    }

    [Fact]
    public void Forward_OfTheLatestSample_KnowsEveryLabelAndTime()
    {
        using var scope = NewDisposeScope();
        using var network = new SampleNetwork(Spec);
        var batch = Batch();
        var before = OfLatest(network, batch);
        for (var sample = 0; sample < Length; sample++)
        {
            Assert.NotEqual(Values(before), Values(OfLatest(network, batch with { Support = Labelled(batch.Support, sample) })));
            Assert.NotEqual(Values(before), Values(OfLatest(network, batch with { Support = Delayed(batch.Support, sample) })));
        }
    }

    [Fact]
    public void Forward_SamplesInAnotherOrderOfTime_AreAnotherSequence()
    {
        using var scope = NewDisposeScope();
        using var network = new SampleNetwork(Spec);
        var batch = Batch();
        var turned = batch.Support with { Times = batch.Support.Times! with { Positions = batch.Support.Times.Positions.flip(1) } };

        Assert.NotEqual(Values(OfLatest(network, batch)), Values(OfLatest(network, batch with { Support = turned })));
    }

    [Fact]
    public void Forward_SamplesInAnotherOrderInTheTensors_AreTheSameSequence()
    {
        using var scope = NewDisposeScope();
        using var network = new SampleNetwork(Spec);
        var batch = Batch();
        var moved = Mapped(batch.Support, values => values.flip(1));

        Equal(OfLatest(network, batch), OfLatest(network, batch with { Support = moved }), 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void Forward_PaddedSupport_IsThatOfTheSamplesAlone(int samples)
    {
        using var scope = NewDisposeScope();
        using var network = new SampleNetwork(Spec);
        var padded = SampleEpisodes.Random(Spec, [samples, 5], [2, 2], padding: 3);
        var alone = SampleEpisodes.Task(padded, 0);

        Equal(OfLatest(network, padded).narrow(0, 0, 1), OfLatest(network, alone), 1e-12);
        if (samples == 0)
        {
            Equal(OfLatest(network, padded).narrow(0, 0, 1), WithoutSequence(network, alone), 1e-12);
        }
    }

    [Fact]
    public void Forward_ALaterRow_IsThatOfTheSequenceOneLonger()
    {
        // What a support sample makes of those before it is what the same sample makes of them when it comes after a support.
        using var scope = NewDisposeScope();
        using var network = new SampleNetwork(Spec);
        var batch = Batch();
        var shorter = Mapped(batch.Support, values => values.narrow(1, 0, Length - 1));
        var last = batch.Support with { Times = batch.Support.Times! with { Elapsed = batch.Support.Times.Elapsed.clone() } };
        last.Times!.Elapsed.select(1, Length - 1).zero_(); // rows after a support come at no distance
        var latest = batch.Support.Meta.ToDictionary(entry => entry.Key, entry => entry.Value.select(1, Length - 1));

        var expected = OfSupport(network, batch with { Support = last }).select(1, Length - 1);

        Equal(expected, OfLatest(network, batch with { Support = shorter, Latest = latest }), 1e-12);
    }

    [Theory]
    [InlineData(AdaptedLayers.ReadOut)]
    [InlineData(AdaptedLayers.LastLayer)]
    [InlineData(AdaptedLayers.All)]
    public void Backward_OfEachLayerThatMoves_IsTorchSharpsGradient(AdaptedLayers adapts)
    {
        var spec = Spec with { MetaBlocks = [Spec.MetaBlocks[0] with { Transformer = Spec.MetaBlocks[0].Transformer! with { Adapts = adapts } }] };
        using var scope = NewDisposeScope();
        using var network = new SampleNetwork(spec);
        var block = network.Network.MetaBlocks["member"];
        var support = network.Objective().Support(SampleEpisodes.Random(spec, [4, 0, 5, 1], [1, 1, 1, 1]));
        var layers = network.Network.Layers((_, _) => false);
        var pass = block.ForwardSupport(layers, block.EncodeSupport(support), support.Sequence);
        var delta = SampleEpisodes.Numbers(new Random(1), pass.Embedding.shape).mul(support.Weights);
        var errors = new List<LayerError<Tensor>>();
        block.Backward(layers, pass, delta, errors);

        var gradients = network.Gradients(() => pass.Embedding.mul(delta).sum());

        Assert.Equal("meta.member.layers.output", errors[0].Layer);
        Assert.Equal(adapts switch { AdaptedLayers.ReadOut => 1, AdaptedLayers.LastLayer => 7, _ => 14 }, errors.Count);
        foreach (var error in errors)
        {
            var weight = error.Inputs.transpose(1, 2).matmul(error.Errors).sum(-3);
            Assert.InRange(Close.Distance(gradients[$"{error.Layer}.weight"], Values(weight)), 0, 1e-10);
            if (gradients.TryGetValue($"{error.Layer}.bias", out var bias))
            {
                Assert.InRange(Close.Distance(bias, Values(error.Errors.sum(-2).sum(-2))), 0, 1e-10);
            }
        }
    }

    [Fact]
    public void ForwardSupport_FromAnEarlierPass_IsThePassAnew()
    {
        foreach (var adapts in Enum.GetValues<AdaptedLayers>())
        {
            var spec = Spec with { MetaBlocks = [Spec.MetaBlocks[0] with { Transformer = Spec.MetaBlocks[0].Transformer! with { Adapts = adapts } }] };
            using var scope = NewDisposeScope();
            using var network = new SampleNetwork(spec);
            var block = network.Network.MetaBlocks["member"];
            var support = network.Objective().Support(Batch());
            var encoded = block.EncodeSupport(support);
            var layers = network.Network.Layers((_, _) => false);
            var first = block.ForwardSupport(layers, encoded, support.Sequence);
            var errors = new List<LayerError<Tensor>>();
            block.Backward(layers, first, SampleEpisodes.Numbers(new Random(1), first.Embedding.shape), errors);
            var moved = layers.With(errors.Select(error => KeyValuePair.Create(error.Layer, layers[error.Layer].Step(error.Inputs, error.Errors, null, null))));

            Equal(block.ForwardSupport(moved, encoded, support.Sequence).Embedding, block.ForwardSupport(moved, encoded, support.Sequence, first).Embedding, 1e-12);
        }
    }

    [Theory]
    [InlineData(AdaptedLayers.ReadOut, AdaptedForm.Gram)]
    [InlineData(AdaptedLayers.LastLayer, AdaptedForm.Weights)]
    [InlineData(AdaptedLayers.All, AdaptedForm.Gram)]
    public void Loss_OfABatch_IsThatOfItsTasksOneByOne(AdaptedLayers adapts, AdaptedForm form)
    {
        var spec = Spec with
        {
            MetaBlocks = [Spec.MetaBlocks[0] with { Transformer = Spec.MetaBlocks[0].Transformer! with { Adapts = adapts } }],
            InnerLoop = Spec.InnerLoop with { Steps = 3, Form = form },
        };
        using var scope = NewDisposeScope();
        using var network = new SampleNetwork(spec);
        var batch = SampleEpisodes.Random(spec, [4, 0, 5, 1], [3, 1, 2, 2], padding: 2);
        var objective = network.Objective();
        var (total, weight) = (0.0, 0.0);
        for (var task = 0; task < 4; task++)
        {
            var alone = SampleEpisodes.Task(batch, task);
            var evidence = alone.Query.Weights.sum().item<double>();
            total += objective.Loss(alone).item<double>() * evidence;
            weight += evidence;
        }

        Assert.Equal(total / weight, objective.Loss(batch).item<double>(), 1e-10);
    }

    private static EpisodeBatch Batch() => SampleEpisodes.Random(Spec, [Length, Length], [2, 2]);

    private static Tensor OfSupport(SampleNetwork network, EpisodeBatch batch)
    {
        var block = network.Network.MetaBlocks["member"];
        var support = network.Objective().Support(batch);
        return block.ForwardSupport(network.Network.Layers((_, _) => false), block.EncodeSupport(support), support.Sequence).Embedding;
    }

    private static Tensor OfLatest(SampleNetwork network, EpisodeBatch batch) => network.Network.Embed(
        network.Network.MetaBlocks["member"], network.Network.Layers((_, _) => false), batch.Latest, network.Objective().Support(batch).Sequence);

    private static Tensor WithoutSequence(SampleNetwork network, EpisodeBatch batch) =>
        network.Network.Embed(network.Network.MetaBlocks["member"], network.Network.Layers((_, _) => false), batch.Latest);

    private static IEnumerable<PaddedRows> Changes(PaddedRows rows, int sample)
    {
        yield return Labelled(rows, sample);
        yield return Featured(rows, sample);
        yield return Delayed(rows, sample);
        yield return rows with { Meta = Changed(rows.Meta, sample) };
        yield return rows with { Weights = At(rows.Weights, sample, values => values.zero_()) };
    }

    private static PaddedRows Labelled(PaddedRows rows, int sample) => rows with { Labels = At(rows.Labels, sample, values => values.mul_(-1).add_(1)) };

    private static PaddedRows Featured(PaddedRows rows, int sample) => rows with { Global = Changed(rows.Global, sample) };

    private static PaddedRows Delayed(PaddedRows rows, int sample) =>
        rows with { Times = rows.Times! with { Elapsed = At(rows.Times.Elapsed, sample, values => values.add_(2)) } };

    private static Dictionary<string, Tensor> Changed(IReadOnlyDictionary<string, Tensor> inputs, int sample) =>
        inputs.ToDictionary(entry => entry.Key, entry => entry.Value.dtype is ScalarType.Int64 ? entry.Value : At(entry.Value, sample, values => values.add_(0.7)));

    private static Tensor At(Tensor values, int sample, Action<Tensor> change)
    {
        var changed = values.clone();
        change(changed.select(1, sample));
        return changed;
    }

    private static PaddedRows Mapped(PaddedRows rows, Func<Tensor, Tensor> map) => new(
        rows.Meta.ToDictionary(entry => entry.Key, entry => map(entry.Value)),
        rows.Global.ToDictionary(entry => entry.Key, entry => map(entry.Value)),
        map(rows.Labels),
        map(rows.Weights))
    {
        Times = new SupportTimes<Tensor>(map(rows.Times!.Positions), map(rows.Times.Elapsed)),
    };

    private static double[] Values(Tensor tensor) => tensor.detach().contiguous().data<double>().ToArray();

    private static void Equal(Tensor expected, Tensor found, double tolerance) =>
        Assert.All(Values(expected).Zip(Values(found)), pair => Assert.Equal(pair.First, pair.Second, tolerance));
}
