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

    [Fact]
    public void Adapt_EveryPlainOperator_IsInTheAgreedSet()
    {
        string[] agreed =
        [
            "Add", "Sub", "Mul", "Div", "MatMul", "Transpose", "Relu", "Sigmoid", "Softplus", "Tanh", "Log", "Greater", "GreaterOrEqual",
            "Cast", "Concat", "Slice", "Squeeze", "Unsqueeze", "ReduceSum", "Gather", "Where", "Identity",
        ];

        Assert.All(Specs.Values.Select(spec => new SampleModel(spec)), model => Assert.All(model.Graphs, described =>
            Assert.Subset(agreed.ToHashSet(), model.Graph(described.Name).ToProto().Graph.Node.Select(node => node.OpType).ToHashSet())));
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
            ["linear blocks"] = spec with { MetaBlocks = [block with { Layers = [] }], Global = spec.Global with { Layers = [] } },
            ["gram form"] = Tuned(tuning => tuning with { Form = AdaptedForm.Gram }),
            ["weights form"] = Tuned(tuning => tuning with { Form = AdaptedForm.Weights }),
            ["mean loss"] = Tuned(tuning => tuning with { Reduction = LossReduction.Mean, StepSize = 0.5 }),
            ["proximal"] = Tuned(tuning => tuning with { Proximal = 2 }),
            ["embedding decay"] = Tuned(tuning => tuning with { MetaEmbeddingL2 = 0.3 }),
            ["ten steps"] = Tuned(tuning => tuning with { Steps = 10 }),
            ["no steps"] = Tuned(tuning => tuning with { Steps = 0 }),
            ["vanilla"] = spec with { Algorithm = TrainingAlgorithm.Vanilla },
        };
    }
}
