using LiMaml.Export.Graphs;
using LiMaml.Export.Tests.Reference;
using LiMaml.Export.Tests.Running;
using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Models.Specs;

namespace LiMaml.Export.Tests.Models;

/// <summary>Whole graphs, run on ONNX Runtime, against the network over plain double-precision arrays.</summary>
public sealed class NetworkGraphTests
{
    private const double Tolerance = 1e-5;

    public static TheoryData<string> Variants => [.. Specs.Keys];

    public static TheoryData<Interaction> Interactions => [.. Enum.GetValues<Interaction>()];

    private static Dictionary<string, ModelSpec> Specs { get; } = DescribeSpecs();

    [Theory]
    [MemberData(nameof(Variants))]
    public void Global_OnRuntime_EqualsReference(string variant) => Check(new SampleModel(Specs[variant]), "global", [1, 6]);

    [Theory]
    [MemberData(nameof(Variants))]
    public void Meta_OnRuntime_EqualsReference(string variant)
    {
        var model = new SampleModel(Specs[variant]);
        foreach (var described in model.Graphs.Where(described => described.Kind is GraphKind.Meta))
        {
            Check(model, described.Name, [1, 6]);
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Adapt_OnRuntime_EqualsReference(string variant)
    {
        var model = new SampleModel(Specs[variant]);
        foreach (var described in model.Graphs.Where(described => described.Kind is GraphKind.Adapt))
        {
            var graph = model.Graph(described.Name).ToBytes();
            foreach (var (tasks, support, lengths) in ((int, int, int[]?)[])[(3, 0, null), (3, 1, null), (1, 8, null), (3, 8, [8, 0, 3]), (2, 40, null)])
            {
                var inputs = model.Inputs(described.Name, tasks, support, lengths);
                Compare(model.Expect(described.Name, inputs), GraphRun.Run(graph, inputs), $"{described.Name} {tasks}×{support}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Graphs_OfOtherProfiles_EqualReference(string variant)
    {
        var model = new SampleModel(Specs[variant]);
        foreach (var (profile, described) in from profile in new[] { ExportProfile.Widest, ExportProfile.Latest } from graph in model.Graphs select (profile, graph))
        {
            var inputs = model.Inputs(described.Name, 3, 5, [5, 0, 2]);
            var actual = GraphRun.Run(model.Graph(described.Name, profile).ToBytes(), inputs);
            Compare(model.Expect(described.Name, inputs), actual, $"{profile} {described.Name}");
        }
    }

    [Theory]
    [InlineData(ExportProfile.Default, 13, 7)]
    [InlineData(ExportProfile.Widest, 9, 4)]
    [InlineData(ExportProfile.Latest, 26, 13)]
    public void Graphs_OfAProfile_StateItsVersions(ExportProfile profile, int opset, int irVersion)
    {
        var model = new SampleModel(SampleModel.DefaultSpec).Graph("global", profile).ToProto();

        Assert.Equal((opset, irVersion), (model.OpsetImport.Single().Version, model.IrVersion));
    }

    [Fact]
    public void Adapt_PaddedSamples_ChangeNothing()
    {
        var model = new SampleModel(SampleModel.DefaultSpec);
        var graph = model.Graph("adapt").ToBytes();
        var padded = model.Inputs("adapt", 2, 8, [5, 5]);
        var cut = padded.ToDictionary(input => input.Key, input => input.Key.StartsWith("support_", StringComparison.Ordinal)
            ? NdArray.Build([input.Value.Shape[0], 5, .. input.Value.Shape[2..]], index => input.Value.At(index))
            : input.Value);

        Compare(GraphRun.Run(graph, cut), GraphRun.Run(graph, padded), "padded");
    }

    [Theory]
    [InlineData("default")]
    [InlineData("id embedding")]
    public void Adapt_NoSteps_EqualsMeta(string variant)
    {
        var model = new SampleModel(Specs[variant] with { FineTuning = new InnerLoopSpec { Steps = 0 } });
        var inputs = model.Inputs("adapt", 4, 3);
        var latest = model.Described("meta").Inputs.ToDictionary(input => input.Name, input => inputs[GraphTensorNames.Latest(input.Name)]);

        var adapted = GraphRun.Run(model.Graph("adapt").ToBytes(), inputs);

        GraphRun.AssertClose(GraphRun.Run(model.Graph("meta").ToBytes(), latest)["meta_embedding"], adapted["meta_embedding"], 0);
        GraphRun.AssertClose(adapted["loss_before"], adapted["loss_after"], 0);
    }

    [Fact]
    public void Adapt_TaskWithoutSupport_EqualsMetaAndReportsNoLoss()
    {
        var model = new SampleModel(SampleModel.DefaultSpec);
        var inputs = model.Inputs("adapt", 4, 0);
        var latest = model.Described("meta").Inputs.ToDictionary(input => input.Name, input => inputs[GraphTensorNames.Latest(input.Name)]);

        var adapted = GraphRun.Run(model.Graph("adapt").ToBytes(), inputs);

        GraphRun.AssertClose(GraphRun.Run(model.Graph("meta").ToBytes(), latest)["meta_embedding"], adapted["meta_embedding"], 0);
        Assert.All(adapted["loss_before"].Values.Concat(adapted["loss_after"].Values), loss => Assert.Equal(0, loss));
    }

    [Fact]
    public void Adapt_OnItsSupport_LowersTheLoss()
    {
        var model = new SampleModel(SampleModel.DefaultSpec);
        var adapted = GraphRun.Run(model.Graph("adapt").ToBytes(), model.Inputs("adapt", 4, 8));

        Assert.All(adapted["loss_before"].Values.Zip(adapted["loss_after"].Values), pair => Assert.True(pair.Second < pair.First));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Adapt_GramAndWeights_GiveTheSame(int steps)
    {
        SampleModel With(AdaptedForm form) =>
            new(SampleModel.DefaultSpec with { FineTuning = SampleModel.DefaultSpec.FineTuning with { Steps = steps, Form = form, Proximal = 0.5 } });
        var (gram, weights) = (With(AdaptedForm.Gram), With(AdaptedForm.Weights));
        var inputs = gram.Inputs("adapt", 3, 8, [8, 2, 0]);

        Assert.NotEqual(GraphText.Write(gram.Graph("adapt").ToProto()), GraphText.Write(weights.Graph("adapt").ToProto()));
        Compare(GraphRun.Run(gram.Graph("adapt").ToBytes(), inputs), GraphRun.Run(weights.Graph("adapt").ToBytes(), inputs), "forms");
    }

    /// <summary>Algorithm 2b written out for linear blocks over one vector feature, sample by sample.</summary>
    [Fact]
    public void Adapt_LinearBlocks_FollowsTheAlgorithmByHand()
    {
        const double StepSize = 0.1;
        var model = new SampleModel(new ModelSpec
        {
            MetaBlocks = [new MetaBlockSpec { Task = "member", Features = ["taste"], Layers = [], EmbeddingSize = 2 }],
            Global = new GlobalBlockSpec { Features = ["taste"], Layers = [] },
            FineTuning = new InnerLoopSpec { Steps = 2, StepSize = StepSize, StepRule = StepRule.Constant, MetaEmbeddingL2 = 0 },
        });
        var inputs = model.Inputs("adapt", 3, 6, [6, 4, 1]);
        double At(string input, params int[] index) => inputs[input].At(index);
        var (w, b) = (model.Weights["meta.member.layers.0.weight"], model.Weights["meta.member.layers.0.bias"]);
        var (u, c, v) = (model.Weights["global.layers.0.weight"], model.Weights["global.layers.0.bias"], model.Weights["global.embedding.member.weight"]);

        var expected = NdArray.Build([3, 2], index => Embed(index[0])[index[1]]);

        GraphRun.AssertClose(expected, GraphRun.Run(model.Graph("adapt").ToBytes(), inputs)["meta_embedding"], Tolerance);

        double[] Embed(int task)
        {
            var weight = w.Select(value => (double)value).ToArray();
            var bias = b.Select(value => (double)value).ToArray();
            for (var step = 0; step < 2; step++)
            {
                var (nextWeight, nextBias) = ((double[])weight.Clone(), (double[])bias.Clone());
                for (var sample = 0; sample < 6; sample++)
                {
                    var embedding = Apply(weight, bias, feature => At("support_meta_taste", task, sample, feature));
                    var logit = c[0] + (embedding[0] * v[0]) + (embedding[1] * v[1]) + Enumerable.Range(0, 5).Sum(feature => At("support_taste", task, sample, feature) * u[feature]);
                    var error = At("support_weight", task, sample) * ((1 / (1 + Math.Exp(-logit))) - At("support_label", task, sample));
                    for (var output = 0; output < 2; output++)
                    {
                        nextBias[output] -= StepSize * error * v[output];
                        for (var feature = 0; feature < 5; feature++)
                        {
                            nextWeight[(feature * 2) + output] -= StepSize * error * v[output] * At("support_meta_taste", task, sample, feature);
                        }
                    }
                }

                (weight, bias) = (nextWeight, nextBias);
            }

            return Apply(weight, bias, feature => At("latest_taste", task, feature));
        }

        static double[] Apply(double[] weight, double[] bias, Func<int, double> x) =>
            [.. Enumerable.Range(0, 2).Select(output => bias[output] + Enumerable.Range(0, 5).Sum(feature => x(feature) * weight[(feature * 2) + output]))];
    }

    [Fact]
    public void Operators_OfAllGraphs_AreThoseOfTheReadme()
    {
        var lines = File.ReadLines(Path.Combine(Repository.Root, "export", "README.md"));
        var documented = lines.Single(line => line.StartsWith("`Add` ", StringComparison.Ordinal)).Split(' ').Select(name => name.Trim('`'));

        var used = Specs.Values.Select(spec => new SampleModel(spec)).SelectMany(model => model.Graphs.SelectMany(graph =>
            Enum.GetValues<ExportProfile>().SelectMany(profile => model.Graph(graph.Name, profile).ToProto().Graph.Node.Select(node => node.OpType))));

        Assert.Equal(documented, used.Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Interactions))]
    public void Global_OfNumbersInTheWidestProfile_NeedsOnlyWhatSmallRuntimesHave(Interaction interaction)
    {
        var global = SampleModel.DefaultSpec.Global with { Features = ["age", "visits", "hour", "raw", "taste"], Interaction = interaction, CrossLayers = 2, Wide = true };
        var block = SampleModel.DefaultSpec.MetaBlocks[0];
        var model = new SampleModel(SampleModel.DefaultSpec with
        {
            MetaBlocks = interaction is Interaction.Pairwise ? [block, block with { Task = "item", Features = ["genres", "raw"] }] : [block],
            Global = global with { ItemFeatures = global.MeetsItems ? ["raw", "taste"] : [], Rank = interaction is Interaction.LowRank ? 2 : null },
        });

        var nodes = model.Graph("global", ExportProfile.Widest).ToProto().Graph.Node;

        Assert.Subset(
            new HashSet<string> { "Add", "Ceil", "Concat", "Div", "Identity", "Log", "MatMul", "Mul", "Relu", "Sigmoid", "Slice", "Sub", "Tanh" },
            nodes.Select(node => node.OpType).ToHashSet());
    }

    private static void Check(SampleModel model, string name, int[] sizes)
    {
        var graph = model.Graph(name).ToBytes();
        foreach (var rows in sizes)
        {
            var inputs = model.Inputs(name, rows);
            Compare(model.Expect(name, inputs), GraphRun.Run(graph, inputs), $"{name} {rows}");
        }
    }

    private static void Compare(IReadOnlyDictionary<string, NdArray> expected, IReadOnlyDictionary<string, NdArray> actual, string what)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (output, values) in expected)
        {
            GraphRun.AssertClose(values, actual[output], Tolerance, $"{what}: {output}");
        }
    }

    private static Dictionary<string, ModelSpec> DescribeSpecs()
    {
        var spec = SampleModel.DefaultSpec;
        var block = spec.MetaBlocks[0];
        var bilinear = spec.Global with { Interaction = Interaction.Bilinear, ItemFeatures = ["item", "raw", "genres"] };
        var idBlock = new MetaBlockSpec { Task = "member", Kind = MetaBlockKind.IdEmbedding, Features = ["member"], EmbeddingSize = 4 };
        ModelSpec Learned(Func<InnerLoopSpec, InnerLoopSpec> change) => spec with { InnerLoop = change(spec.FineTuning), FineTuning = change(spec.FineTuning) };
        ModelSpec Convex(StepRule rule, int steps, double stepSize) => Learned(loop => loop with
        {
            Adapts = AdaptedWeights.Embedding,
            StepRule = rule,
            Steps = steps,
            StepSize = stepSize,
            Proximal = 1,
            LearnedProximal = true,
            MetaEmbeddingL2 = 0.02,
        }) with
        { MetaBlocks = [block with { History = ["item", "genres"] }], Global = bilinear };
        var attentive = new MetaBlockSpec
        {
            Task = "member",
            Kind = MetaBlockKind.Transformer,
            Features = ["age", "visits", "genres", "hour"],
            FeatureEmbeddingSize = 3,
            EmbeddingSize = 4,
            Transformer = new TransformerSpec { Width = 6, Heads = 2, FeedForward = 5, Dropout = 0.3, Sequence = ["item", "raw", "genres", "member"] },
        };
        ModelSpec Transformer(Func<TransformerSpec, TransformerSpec> sizes) => spec with { MetaBlocks = [attentive with { Transformer = sizes(attentive.Transformer) }] };
        ModelSpec Tuned(Func<InnerLoopSpec, InnerLoopSpec> change) => spec with { FineTuning = change(spec.FineTuning) };
        return new()
        {
            ["default"] = spec,
            ["real labels"] = spec with { Label = LabelKind.Real, FineTuning = spec.FineTuning with { StepSize = 0.01 } },
            ["bilinear"] = spec with { Global = bilinear },
            ["concatenation and bilinear"] = spec with { Global = bilinear with { Interaction = Interaction.ConcatenationAndBilinear } },
            ["bilinear over numbers only"] = spec with { Global = bilinear with { ItemFeatures = ["raw", "taste"] } },
            ["bilinear over categories only"] = spec with { Global = bilinear with { ItemFeatures = ["item"] } },
            ["id embedding"] = spec with { MetaBlocks = [idBlock] },
            ["id embedding, bilinear"] = spec with { MetaBlocks = [idBlock], Global = bilinear },
            ["two definitions"] = spec with { MetaBlocks = [block, block with { Task = "item", Features = ["genres", "raw"], EmbeddingSize = 3 }] },
            ["two definitions, bilinear"] = spec with { MetaBlocks = [block, idBlock with { Task = "item", Features = ["item"] }], Global = bilinear },
            ["dot product"] = spec with { Global = bilinear with { Interaction = Interaction.DotProduct } },
            ["dot product, id embedding"] = spec with { MetaBlocks = [idBlock], Global = bilinear with { Interaction = Interaction.DotProduct, ItemFeatures = ["item"] } },
            ["low rank, id embedding"] = spec with { MetaBlocks = [idBlock], Global = bilinear with { Interaction = Interaction.LowRank, Rank = 7 } },
            ["film"] = spec with { Global = spec.Global with { Interaction = Interaction.Film } },
            ["cross"] = spec with { Global = spec.Global with { CrossLayers = 2 } },
            ["cross, id embedding"] = spec with { MetaBlocks = [idBlock], Global = spec.Global with { CrossLayers = 1 } },
            ["wide and deep"] = spec with { Algorithm = TrainingAlgorithm.WideAndDeep, MetaBlocks = [idBlock], Global = bilinear with { Wide = true } },
            ["two definitions, film, cross, wide"] = spec with { MetaBlocks = [block, idBlock with { Task = "item", Features = ["item"] }], Global = spec.Global with { Interaction = Interaction.Film, CrossLayers = 1, Wide = true } },
            ["two definitions, cross"] = spec with { MetaBlocks = [block, idBlock with { Task = "item", Features = ["item"], EmbeddingSize = 3 }], Global = spec.Global with { CrossLayers = 2 } },
            ["linear blocks"] = spec with { MetaBlocks = [block with { Layers = [] }], Global = spec.Global with { Layers = [] } },
            ["gram form"] = Tuned(tuning => tuning with { Form = AdaptedForm.Gram }),
            ["weights form"] = Tuned(tuning => tuning with { Form = AdaptedForm.Weights }),
            ["mean loss"] = Tuned(tuning => tuning with { Reduction = LossReduction.Mean, StepSize = 0.5 }),
            ["proximal"] = Tuned(tuning => tuning with { Proximal = 2 }),
            ["curvature bound"] = Tuned(tuning => tuning with { StepRule = StepRule.CurvatureBound, StepSize = 2, Proximal = 2, MetaEmbeddingL2 = 0.3 }),
            ["curvature bound, id embedding"] = spec with { MetaBlocks = [idBlock], FineTuning = spec.FineTuning with { StepRule = StepRule.CurvatureBound, StepSize = 2, MetaEmbeddingL2 = 0.3 } },
            ["embedding decay"] = Tuned(tuning => tuning with { MetaEmbeddingL2 = 0.3 }),
            ["ten steps"] = Tuned(tuning => tuning with { Steps = 10 }),
            ["embedding, curvature bound"] = Tuned(tuning => tuning with { Adapts = AdaptedWeights.Embedding, StepRule = StepRule.CurvatureBound, StepSize = 2 }),
            ["history"] = spec with { MetaBlocks = [block with { History = ["item", "genres"] }] },
            ["newton, history, learned strengths"] = Convex(StepRule.Newton, 2, 1),
            ["newton, id embedding"] = Convex(StepRule.Newton, 2, 1) with { MetaBlocks = [idBlock with { History = ["item"] }] },
            ["newton, real labels"] = Convex(StepRule.Newton, 1, 1) with { Label = LabelKind.Real },
            ["newton, wide"] = Convex(StepRule.Newton, 2, 1) with { MetaBlocks = [block with { EmbeddingSize = 40 }] },
            ["diagonal"] = Convex(StepRule.Diagonal, 5, 0.5),
            ["learned strengths of layers"] = Learned(loop => loop with { StepRule = StepRule.CurvatureBound, StepSize = 2, Proximal = 1, LearnedProximal = true }),
            ["learned step sizes"] = Learned(loop => loop with { LearnedStepSizes = true }),
            ["transformer"] = Transformer(sizes => sizes) with { FineTuning = spec.FineTuning with { StepRule = StepRule.CurvatureBound, StepSize = 2, Form = AdaptedForm.Weights } },
            ["transformer, last layer"] = Transformer(sizes => sizes with { Depth = 2, Heads = 3, Adapts = AdaptedLayers.LastLayer }),
            ["transformer, all"] = Transformer(sizes => sizes with { Heads = 1, Sequence = [], Adapts = AdaptedLayers.All }),
            ["transformer, newton, history"] = Convex(StepRule.Newton, 2, 1) with { MetaBlocks = [attentive with { History = ["item"] }] },
            ["transformer and id embedding"] = spec with { MetaBlocks = [attentive, idBlock with { Task = "item", Features = ["item"], EmbeddingSize = 3 }] },
            ["no steps"] = Tuned(tuning => tuning with { Steps = 0 }),
            ["vanilla"] = spec with { Algorithm = TrainingAlgorithm.Vanilla },
        };
    }
}
