using LiMaml.Models;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Training.Handoff;
using LiMaml.Training.Tensors;
using LiMaml.Training.Tests.Network;
using static TorchSharp.torch;

namespace LiMaml.Training.Tests.Handoff;

public sealed class HandoffRecorderTests
{
    private static readonly DatasetSchema Schema = SampleNetwork.Schema with
    {
        Features = [.. SampleNetwork.Schema.Features, new DenseFeature("hour", DenseTransform.Bucketise, Boundaries: [6, 12, 18])],
    };

    private static readonly ModelSpec Spec = SampleNetwork.DefaultSpec with
    {
        MetaBlocks = [SampleNetwork.DefaultSpec.MetaBlocks[0] with { Features = ["age", "visits", "genres", "item", "hour"] }],
    };

    [Fact]
    public void Record_Twice_GivesTheSame()
    {
        Assert.Equal(Bytes(HandoffRecorder.Record(Sample())), Bytes(HandoffRecorder.Record(Sample())));
        Assert.NotEqual(Bytes(HandoffRecorder.Record(Sample())), Bytes(HandoffRecorder.Record(Sample(), seed: 2)));
    }

    [Fact]
    public void Record_EveryGraph_HasEveryKindOfCase()
    {
        var cases = HandoffRecorder.Record(Sample()).ToLookup(recorded => recorded.Graph, recorded => recorded.Name);

        Assert.Equal(["one", "many"], cases["global"]);
        Assert.Equal(["one", "many"], cases["meta"]);
        Assert.Equal(["no support", "one sample", "one task", "many samples", "ragged", "padded", "no weight"], cases["adapt"]);
    }

    [Fact]
    public void Record_Weights_AreThoseOfTheCase()
    {
        var weights = HandoffRecorder.Record(Sample()).Where(recorded => recorded.Graph == "adapt").ToDictionary(recorded => recorded.Name, recorded => recorded.Inputs[GraphTensorNames.SupportWeight]);

        Assert.Equal([3, 0], weights["no support"].Shape);
        Assert.Equal([3, 1], weights["one sample"].Shape);
        Assert.All((float[])weights["no weight"].Data, weight => Assert.Equal(0, weight));
        Assert.All((float[])weights["many samples"].Data, weight => Assert.InRange(weight, 0.25f, 1));
        Assert.Equal([32, 0, 1, 16, 31], ((float[])weights["ragged"].Data).Chunk(32).Select(task => task.Count(weight => weight > 0)));
    }

    [Fact]
    public void Record_Features_AreWhatTrainingCouldSee()
    {
        var many = HandoffRecorder.Record(Sample()).Single(recorded => recorded is { Graph: "adapt", Name: "many samples" });
        var dense = ((float[])many.Inputs["support_meta_dense"].Data).Chunk(3).ToArray(); // age, visits, hour
        var items = (long[])many.Inputs["support_meta_categorical"].Data;
        var genres = ((long[])many.Inputs["support_meta_genres"].Data).Chunk(2).ToArray();

        Assert.All(dense, row => Assert.InRange(row[0], 0.2f - 3, 0.2f + 3)); // mean ± 2 × 1.5
        Assert.All(dense, row => Assert.InRange(row[1], 0, (float)Math.Exp(0.5 + 1.6))); // after the logarithm, mean ± 2 × 0.8
        Assert.Contains(12f, dense.Select(row => row[2]));
        Assert.Contains(15f, dense.Select(row => row[2]));
        Assert.Equal([0, 1, 2, 3, 4], items.Distinct().Order());
        Assert.Equal([0, 1, 2, 3], genres.SelectMany(row => row).Distinct().Order());
        Assert.DoesNotContain(genres, row => row[0] == 0 && row[1] != 0); // padding comes last
    }

    [Fact]
    public void Record_Labels_AreBinaryForBinaryLabels()
    {
        var labels = HandoffRecorder.Record(Sample()).Where(recorded => recorded.Graph == "adapt").SelectMany(recorded => (float[])recorded.Inputs[GraphTensorNames.SupportLabel].Data);

        Assert.Equal([0f, 1f], labels.Distinct().Order());
    }

    [Fact]
    public void Record_MissingParameter_NamesIt()
    {
        var sample = Sample();
        var missing = sample with { Weights = sample.Weights.Where(weight => weight.Key != "global.layers.1.bias").ToDictionary() };

        var refusal = Assert.Throws<InvalidInputException>(() => HandoffRecorder.Record(missing));

        Assert.Contains("global.layers.1.bias", refusal.Message, StringComparison.Ordinal);
    }

    private static Checkpoint Sample()
    {
        using var parameters = ModelParameters.Initialise(Spec, Schema, 1, CPU);
        return new Checkpoint(Spec, Schema, [], parameters.ToNamedTensors());
    }

    private static byte[] Bytes(IReadOnlyList<HandoffCase> cases)
    {
        using var stream = new MemoryStream();
        Models.Packages.Handoff.Write(stream, cases);
        return stream.ToArray();
    }
}
