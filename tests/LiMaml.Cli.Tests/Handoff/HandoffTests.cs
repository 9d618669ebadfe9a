using LiMaml.Export;
using LiMaml.Models.Checkpoints;
using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;
using LiMaml.Runtime.Verification;
using LiMaml.Training.Handoff;

namespace LiMaml.Cli.Tests.Handoff;

/// <summary>What training computes, what export writes and what the runtime computes are one: for every kind of model.</summary>
public sealed class HandoffTests
{
    private const double Tolerance = 1e-5;

    public static TheoryData<string> Variants => [.. Specs.Keys];

    private static Dictionary<string, ModelSpec> Specs { get; } = DescribeSpecs();

    [Theory]
    [MemberData(nameof(Variants))]
    public void ExportedGraphs_OnInputsRecordedByTraining_GiveItsOutputs(string variant)
    {
        var checkpoint = SampleCheckpoint.Of(Specs[variant]);
        var recorded = HandoffRecorder.Record(checkpoint);

        var report = Replay(checkpoint, recorded);

        Assert.Equal(PackageGraphs.Of(checkpoint.Model, checkpoint.Schema).Sum(graph => graph.Outputs.Count), report.Outputs.Count);
        Assert.All(report.Outputs, output =>
        {
            Assert.Equal(recorded.Count(recording => recording.Graph == output.Graph), output.CaseCount);
            Assert.True(output.LargestError <= Tolerance, $"{output}");
        });
    }

    [Fact]
    public void Adapt_WithoutThePaddedSamples_GivesTheSame()
    {
        var checkpoint = SampleCheckpoint.Of(SampleCheckpoint.DefaultSpec);
        var recorded = HandoffRecorder.Record(checkpoint);
        var padded = recorded.Single(recording => recording is { Graph: "adapt", Name: "padded" });
        var capacity = checkpoint.Model.FineTuning.SupportCapacity;
        Assert.True(padded.Inputs[GraphTensorNames.SupportWeight].Shape[1] > capacity);
        var cut = padded with { Inputs = padded.Inputs.ToDictionary(input => input.Key, input => input.Key.StartsWith("support_", StringComparison.Ordinal) ? Cut(input.Value, capacity) : input.Value) };

        Assert.True(Replay(checkpoint, [.. recorded.Where(recording => recording != padded), cut]).LargestError <= Tolerance);
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("id embedding")]
    public void Adapt_WithoutSteps_GivesWhatMetaGives(string variant)
    {
        var checkpoint = SampleCheckpoint.Of(Specs[variant] with { FineTuning = new InnerLoopSpec { Steps = 0 } });
        var recorded = HandoffRecorder.Record(checkpoint);
        var meta = PackageGraphs.Of(checkpoint.Model, checkpoint.Schema).Single(graph => graph.Kind is GraphKind.Meta);
        var asMeta = recorded.Where(recording => recording.Graph == "adapt").Select(recording => new HandoffCase(
            "meta",
            $"adapt, {recording.Name}",
            meta.Inputs.ToDictionary(input => input.Name, input => recording.Inputs[GraphTensorNames.Latest(input.Name)]),
            new Dictionary<string, NamedTensor> { [GraphTensorNames.MetaEmbedding] = recording.Outputs[GraphTensorNames.MetaEmbedding] }));

        Assert.True(Replay(checkpoint, [.. recorded, .. asMeta]).LargestError <= Tolerance);
        Assert.All(recorded.Where(recording => recording.Graph == "adapt"), recording =>
            Assert.Equal((float[])recording.Outputs[GraphTensorNames.LossBefore].Data, (float[])recording.Outputs[GraphTensorNames.LossAfter].Data));
    }

    [Fact]
    public void Adapt_OfTheRecordedTasks_LowersTheirLoss()
    {
        var adapt = HandoffRecorder.Record(SampleCheckpoint.Of(SampleCheckpoint.DefaultSpec)).Single(recording => recording is { Graph: "adapt", Name: "many samples" });

        var pairs = ((float[])adapt.Outputs[GraphTensorNames.LossBefore].Data).Zip((float[])adapt.Outputs[GraphTensorNames.LossAfter].Data);

        Assert.All(pairs, pair => Assert.True(pair.Second < pair.First, $"{pair}"));
    }

    private static VerificationReport Replay(Checkpoint checkpoint, IReadOnlyList<HandoffCase> recorded)
    {
        var folder = Directory.CreateTempSubdirectory("limaml-handoff-");
        try
        {
            var package = Path.Combine(folder.FullName, "package");
            ModelExporter.Export(checkpoint, recorded, package, cancellation: TestContext.Current.CancellationToken);
            return Verifier.Verify(package, Tolerance, cancellation: TestContext.Current.CancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The first <paramref name="count"/> samples of every task.</summary>
    private static NamedTensor Cut(NamedTensor tensor, int count)
    {
        var (tasks, length) = ((int)tensor.Shape[0], (int)tensor.Shape[1]);
        var width = tensor.Data.Length / (tasks * length);
        var kept = Array.CreateInstance(tensor.Data.GetType().GetElementType()!, tasks * count * width);
        for (var task = 0; task < tasks; task++)
        {
            Array.Copy(tensor.Data, task * length * width, kept, task * count * width, count * width);
        }

        return new NamedTensor([tasks, count, .. tensor.Shape[2..]], kept);
    }

    private static Dictionary<string, ModelSpec> DescribeSpecs()
    {
        var spec = SampleCheckpoint.DefaultSpec;
        var block = spec.MetaBlocks[0];
        var bilinear = spec.Global with { Interaction = Interaction.Bilinear, ItemFeatures = ["item", "raw", "genres"] };
        var idBlock = new MetaBlockSpec { Task = "member", Kind = MetaBlockKind.IdEmbedding, Features = ["member"], EmbeddingSize = 4 };
        var attentive = block with { Kind = MetaBlockKind.Transformer, Transformer = new() { Width = 12, FeedForward = 10, Depth = 2, Dropout = 0.5, Sequence = ["item", "genres", "member"] } };
        ModelSpec Layered(params LayerSpec[] layers) => spec with { MetaBlocks = [block with { Layers = layers }], Global = spec.Global with { Layers = layers } };
        ModelSpec Reading(string feature) => spec with { MetaBlocks = [block with { Features = [feature] }], Global = spec.Global with { Features = [feature] } };
        ModelSpec Learned(InnerLoopSpec loop) => spec with { InnerLoop = loop, FineTuning = loop };
        ModelSpec Convex(StepRule rule, int steps, double stepSize, int capacity = 8)
        {
            var loop = new InnerLoopSpec { Adapts = AdaptedWeights.Embedding, StepRule = rule, Steps = steps, StepSize = stepSize, Proximal = 2, LearnedProximal = true, SupportCapacity = capacity };
            return Learned(loop) with { MetaBlocks = [block with { History = ["item", "genres"] }], Global = bilinear };
        }

        ModelSpec Transformer(AdaptedLayers adapts, AdaptedForm form) =>
            Learned(spec.FineTuning with { StepRule = adapts is AdaptedLayers.ReadOut ? StepRule.CurvatureBound : StepRule.Constant, Form = form }) with
            {
                MetaBlocks = [attentive with { Transformer = attentive.Transformer with { Adapts = adapts } }],
            };

        ModelSpec Pairwise()
        {
            var loop = new InnerLoopSpec { Adapts = AdaptedWeights.Embedding, StepRule = StepRule.Newton, Steps = 2, StepSize = 1, Proximal = 2, LearnedProximal = true, SupportCapacity = 8, HalfLife = 4 };
            return Learned(loop) with
            {
                MetaBlocks = [block with { History = ["item"] }, block with { Task = "item", Features = ["genres", "raw"], History = ["member", "city"], SupportCapacity = 5, HalfLife = 2 }],
                Global = spec.Global with { Features = ["age", "city", "raw"], Interaction = Interaction.Pairwise },
                Rounds = 3,
            };
        }

        ModelSpec Tuned(Func<InnerLoopSpec, InnerLoopSpec> change) => spec with { FineTuning = change(spec.FineTuning) };
        return new()
        {
            ["mlp"] = spec,
            ["layers: relu, one"] = Layered(new LayerSpec(7)),
            ["layers: tanh"] = Layered(new LayerSpec(7, Activation.Tanh), new LayerSpec(5, Activation.Tanh)),
            ["layers: identity"] = Layered(new LayerSpec(7, Activation.Identity)),
            ["layers: dropout"] = Layered(new LayerSpec(7, Dropout: 0.5)),
            ["layers: none"] = Layered(),
            ["feature: dense"] = Reading("raw"),
            ["feature: standardised"] = Reading("age"),
            ["feature: logarithmic"] = Reading("visits"),
            ["feature: bucketised"] = Reading("hour"),
            ["feature: categorical"] = Reading("city"),
            ["feature: multi-valued"] = Reading("genres"),
            ["feature: vector"] = Reading("taste"),
            ["bilinear"] = spec with { Global = bilinear },
            ["bilinear over numbers"] = spec with { Global = bilinear with { ItemFeatures = ["raw", "taste"] } },
            ["concatenation and bilinear"] = spec with { Global = bilinear with { Interaction = Interaction.ConcatenationAndBilinear } },
            ["id embedding"] = spec with { MetaBlocks = [idBlock] },
            ["id embedding, bilinear"] = spec with { MetaBlocks = [idBlock], Global = bilinear },
            ["two definitions"] = spec with { MetaBlocks = [block, block with { Task = "item", Features = ["genres", "raw"], EmbeddingSize = 3 }] },
            ["two definitions, one by id"] = spec with { MetaBlocks = [block, idBlock with { Task = "item", Features = ["item"] }], Global = bilinear },
            ["pairwise, newton, history of their own"] = Pairwise(),
            ["dot product"] = spec with { Global = bilinear with { Interaction = Interaction.DotProduct } },
            ["low rank"] = spec with { Global = bilinear with { Interaction = Interaction.LowRank, Rank = 3 } },
            ["film"] = spec with { Global = spec.Global with { Interaction = Interaction.Film } },
            ["cross"] = spec with { Global = spec.Global with { CrossLayers = 2 } },
            ["wide and deep"] = spec with { Algorithm = TrainingAlgorithm.WideAndDeep, MetaBlocks = [idBlock], Global = spec.Global with { Wide = true, CrossLayers = 1 } },
            ["two definitions, film, cross, wide"] = spec with { MetaBlocks = [block, idBlock with { Task = "item", Features = ["item"] }], Global = spec.Global with { Interaction = Interaction.Film, CrossLayers = 1, Wide = true } },
            ["graded labels"] = spec with { Label = LabelKind.Graded },
            ["real labels"] = spec with { Label = LabelKind.Real },
            ["real labels, bilinear"] = spec with { Label = LabelKind.Real, Global = bilinear },
            ["gram form"] = Tuned(tuning => tuning with { Form = AdaptedForm.Gram }),
            ["weights form"] = Tuned(tuning => tuning with { Form = AdaptedForm.Weights }),
            ["mean loss, proximal, decay"] = Tuned(tuning => tuning with { Reduction = LossReduction.Mean, StepSize = 0.2, Proximal = 0.5, MetaEmbeddingL2 = 0.3 }),
            ["curvature bound"] = Tuned(tuning => tuning with { StepRule = StepRule.CurvatureBound, StepSize = 1, Steps = 5 }),
            ["curvature bound, mean loss, proximal, decay"] = Tuned(tuning => tuning with { StepRule = StepRule.CurvatureBound, Reduction = LossReduction.Mean, StepSize = 1, Proximal = 2, MetaEmbeddingL2 = 0.3 }),
            ["embedding moves"] = Tuned(tuning => tuning with { Adapts = AdaptedWeights.Embedding }),
            ["history"] = spec with { MetaBlocks = [block with { History = ["item", "genres"] }] },
            ["newton, history, learned strengths"] = Convex(StepRule.Newton, 2, 1),
            ["newton, id embedding"] = Convex(StepRule.Newton, 3, 1) with { MetaBlocks = [idBlock] },
            ["newton, large capacity"] = Convex(StepRule.Newton, 2, 1, 512),
            ["diagonal"] = Convex(StepRule.Diagonal, 10, 0.5),
            ["learned step sizes"] = Learned(spec.FineTuning with { StepRule = StepRule.Constant, StepSize = 0.05, LearnedStepSizes = true }),
            ["learned strengths of layers"] = Learned(spec.FineTuning with { StepRule = StepRule.CurvatureBound, StepSize = 0.5, Proximal = 1, LearnedProximal = true }),
            ["transformer"] = Transformer(AdaptedLayers.ReadOut, AdaptedForm.Auto),
            ["transformer, last layer, gram form"] = Transformer(AdaptedLayers.LastLayer, AdaptedForm.Gram),
            ["transformer, all, weights form"] = Transformer(AdaptedLayers.All, AdaptedForm.Weights),
            ["transformer, newton, history"] = Convex(StepRule.Newton, 2, 1) with { MetaBlocks = [attentive with { History = ["item"] }] },
            ["transformer, pairwise"] = Pairwise() with { MetaBlocks = [attentive with { Transformer = attentive.Transformer with { Sequence = ["item"] } }, .. Pairwise().MetaBlocks.Skip(1)] },
            ["transformer, real labels"] = Transformer(AdaptedLayers.ReadOut, AdaptedForm.Auto) with { Label = LabelKind.Real },
            ["half-life"] = Tuned(tuning => tuning with { HalfLife = 3 }),
            ["ten steps"] = Tuned(tuning => tuning with { Steps = 10 }),
            ["capacity of one"] = Tuned(tuning => tuning with { SupportCapacity = 1 }),
            ["large capacity"] = Tuned(tuning => tuning with { SupportCapacity = 512 }),
        };
    }
}
