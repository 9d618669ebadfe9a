using System.Globalization;
using LiMaml.Models.Schemas;

namespace LiMaml.Models.Specs;

/// <summary>What a <see cref="ModelSpec"/> must satisfy, by itself and against the schema of its data.</summary>
public static class SpecValidation
{
    /// <summary>Largest layer, embedding and support set.</summary>
    public const int MaxSize = 1 << 16;

    /// <summary>Most inner-loop steps; they are unrolled in the exported graph.</summary>
    public const int MaxSteps = 1000;

    /// <summary>Most rounds of fine-tuning over several task definitions.</summary>
    public const int MaxRounds = 100;

    /// <summary>Checks <paramref name="spec"/> against a validated <paramref name="schema"/>.</summary>
    /// <param name="spec">What to check.</param>
    /// <param name="schema">The data it reads.</param>
    /// <param name="where">Where the spec came from, for messages.</param>
    /// <exception cref="InvalidInputException">The first fault found: path, value, and what would be accepted.</exception>
    public static void Validate(ModelSpec spec, DatasetSchema schema, string where)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(schema);
        Expect.That(spec.FormatVersion == ModelSpec.CurrentFormatVersion, $"{where}: formatVersion", spec.FormatVersion, $"{ModelSpec.CurrentFormatVersion}");
        Expect.That(spec.Label == schema.Label, $"{where}: label", spec.Label, $"{schema.Label}, the label of schema '{schema.Name}'");
        Expect.That(spec.MetaBlocks.Count > 0, $"{where}: metaBlocks", "none", "at least one");
        Expect.Unique(spec.MetaBlocks.Select(block => block.Task), StringComparer.Ordinal, $"{where}: metaBlocks, tasks");
        for (var index = 0; index < spec.MetaBlocks.Count; index++)
        {
            ValidateMetaBlock(spec.MetaBlocks[index], schema, string.Create(CultureInfo.InvariantCulture, $"{where}: metaBlocks[{index}]"));
        }

        Expect.That(spec.Rounds is null || spec.MetaBlocks.Count > 1, $"{where}: rounds", spec.Rounds ?? 0, "none for one task definition");
        Expect.InRange(spec.Rounds ?? 1, 1, MaxRounds, $"{where}: rounds");
        GlobalValidation.Validate(spec, schema, where);
        ValidateInnerLoop(spec.InnerLoop, spec, $"{where}: innerLoop");
        ValidateInnerLoop(spec.FineTuning, spec, $"{where}: fineTuning");
        for (var index = 0; index < spec.MetaBlocks.Count; index++)
        {
            var block = string.Create(CultureInfo.InvariantCulture, $"{where}: metaBlocks[{index}] '{spec.MetaBlocks[index].Task}'");
            TransformerValidation.Validate(spec.MetaBlocks[index], spec, schema, block);
        }

        Expect.That(
            spec.InnerLoop is not { StepRule: StepRule.Newton, LearnedProximal: true, Steps: 1 }, $"{where}: innerLoop.steps", spec.InnerLoop.Steps,
            "2 or more for learnedProximal with newton: the last step alone is followed, and from the starting point nothing pulls yet");
        Expect.That(spec.FineTuning.LearnedProximal == spec.InnerLoop.LearnedProximal, $"{where}: fineTuning.learnedProximal", spec.FineTuning.LearnedProximal, $"{spec.InnerLoop.LearnedProximal}, as innerLoop has it");
        Expect.That(spec.FineTuning.LearnedStepSizes == spec.InnerLoop.LearnedStepSizes, $"{where}: fineTuning.learnedStepSizes", spec.FineTuning.LearnedStepSizes, $"{spec.InnerLoop.LearnedStepSizes}, as innerLoop has it");
        var learns = spec.InnerLoop.LearnedProximal || spec.InnerLoop.LearnedStepSizes;
        Expect.That(!learns || spec.FineTuning.Adapts == spec.InnerLoop.Adapts, $"{where}: fineTuning.adapts", spec.FineTuning.Adapts, $"{spec.InnerLoop.Adapts}, for which innerLoop learns strengths or steps");
        ValidateAlgorithm(spec, where);
    }

    private static void ValidateMetaBlock(MetaBlockSpec block, DatasetSchema schema, string where)
    {
        Expect.That(schema.Tasks.Any(task => task.Name == block.Task), $"{where}.task", $"'{block.Task}'", $"a task definition of the schema: {string.Join(", ", schema.Tasks.Select(task => task.Name))}");
        where = $"{where} '{block.Task}'";
        Expect.KnownFeatures(block.Features, schema, $"{where}.features");
        Expect.InRange(block.FeatureEmbeddingSize, 1, MaxSize, $"{where}.featureEmbeddingSize");
        Expect.InRange(block.EmbeddingSize, 1, MaxSize, $"{where}.embeddingSize");
        ValidateLayers(block.Layers, $"{where}.layers");
        ValidateHistory(block, schema, $"{where}.history");
        Expect.InRange(block.SupportCapacity ?? 1, 1, MaxSize, $"{where}.supportCapacity");
        ValidateHalfLife(block.HalfLife, $"{where}.halfLife");
        if (block.Kind == MetaBlockKind.IdEmbedding)
        {
            var single = block.Features.Count == 1 ? schema.Feature(block.Features[0]) : null;
            Expect.That(single is CategoricalFeature, $"{where}.features", block.Features.Count == 1 ? $"'{block.Features[0]}', which is not categorical" : $"{block.Features.Count} features", "exactly one categorical feature for idEmbedding");
            return;
        }

        Expect.That(block.Features.Count > 0, $"{where}.features", "none", "at least one meta feature");
    }

    private static void ValidateHalfLife(double? halfLife, string where) =>
        Expect.That(halfLife is null || (double.IsFinite(halfLife.Value) && halfLife > 0), where, halfLife ?? 0, "a finite number of samples above 0, or null");

    private static void ValidateHistory(MetaBlockSpec block, DatasetSchema schema, string where)
    {
        Expect.KnownFeatures(block.History, schema, where);
        foreach (var feature in block.History)
        {
            Expect.That(schema.Feature(feature) is CategoricalFeature or MultiValuedFeature, where, $"'{feature}', which has no categories", "categorical and multi-valued features");
        }
    }

    private static void ValidateAlgorithm(ModelSpec spec, string where)
    {
        if (spec.Algorithm is TrainingAlgorithm.Maml)
        {
            Expect.That(spec.InnerLoop.Adapts is AdaptedWeights.Network, $"{where}: innerLoop.adapts", "metaBlock", "network for algorithm maml; liMaml adapts the meta block");
        }

        if (spec.Algorithm is TrainingAlgorithm.WideAndDeep)
        {
            Expect.That(spec.Global.Wide, $"{where}: global.wide", "false", "true for algorithm wideAndDeep");
            var other = spec.MetaBlocks.FirstOrDefault(block => block.Kind is not MetaBlockKind.IdEmbedding);
            Expect.That(other is null, $"{where}: metaBlocks '{other?.Task}'.kind", other?.Kind is MetaBlockKind.Transformer ? "transformer" : "mlp", "idEmbedding for algorithm wideAndDeep");
        }
    }

    internal static void ValidateLayers(IReadOnlyList<LayerSpec> layers, string where)
    {
        for (var index = 0; index < layers.Count; index++)
        {
            var layer = string.Create(CultureInfo.InvariantCulture, $"{where}[{index}]");
            Expect.InRange(layers[index].Size, 1, MaxSize, $"{layer}.size");
            Expect.That(layers[index].Dropout is >= 0 and < 1, $"{layer}.dropout", layers[index].Dropout, "a number from 0 to below 1");
        }
    }

    private static void ValidateInnerLoop(InnerLoopSpec loop, ModelSpec spec, string where)
    {
        ValidateStepRule(loop, spec.Global, where);
        ValidateLearned(loop, where);
        ValidateHalfLife(loop.HalfLife, $"{where}.halfLife");
        Expect.InRange(loop.Steps, 0, MaxSteps, $"{where}.steps");
        Expect.InRange(loop.SupportCapacity, 1, MaxSize, $"{where}.supportCapacity");
        Expect.That(double.IsFinite(loop.StepSize) && loop.StepSize > 0, $"{where}.stepSize", loop.StepSize, "a finite number above 0");
        Expect.That(double.IsFinite(loop.MetaEmbeddingL2) && loop.MetaEmbeddingL2 >= 0, $"{where}.metaEmbeddingL2", loop.MetaEmbeddingL2, "a finite number, 0 or more");
        Expect.That(double.IsFinite(loop.Proximal) && loop.Proximal >= 0, $"{where}.proximal", loop.Proximal, "a finite number, 0 or more");
        var product = loop.StepSize * loop.Proximal;
        Expect.That(
            product <= 1 || loop.StepRule is not StepRule.Constant,
            $"{where}.stepSize × proximal", product, "at most 1: a larger step overshoots the starting point");
    }

    private static void ValidateStepRule(InnerLoopSpec loop, GlobalBlockSpec global, string where)
    {
        if (loop.StepRule is StepRule.Constant or StepRule.CurvatureBound)
        {
            return;
        }

        Expect.That(loop.Adapts is AdaptedWeights.Embedding, $"{where}.adapts", loop.Adapts, $"embedding, for stepRule {loop.StepRule}");
        Expect.That(
            IsLinearInEmbedding(global), $"{where}.stepRule", loop.StepRule,
            "constant or curvatureBound, or a global block that the meta embedding enters by a product alone: only then is the loss convex in it");
        Expect.That(loop.Proximal > 0, $"{where}.proximal", loop.Proximal, $"a number above 0, for stepRule {loop.StepRule}: without it a task of few samples has no one minimum");
    }

    private static void ValidateLearned(InnerLoopSpec loop, string where)
    {
        if (loop.LearnedProximal)
        {
            Expect.That(loop.Proximal > 0, $"{where}.proximal", loop.Proximal, "a number above 0 to start from, since learnedProximal is true");
            Expect.That(
                (loop.Adapts, loop.StepRule) is (AdaptedWeights.Embedding, StepRule.Newton or StepRule.Diagonal) or (AdaptedWeights.MetaBlock, StepRule.CurvatureBound),
                $"{where}.learnedProximal", $"true with adapts {loop.Adapts} and stepRule {loop.StepRule}", "adapts embedding with newton or diagonal, or adapts metaBlock with curvatureBound: other steps overshoot where strengths grow");
        }

        if (loop.LearnedStepSizes)
        {
            Expect.That(
                loop is { StepRule: StepRule.Constant, Adapts: not AdaptedWeights.Network, Form: not AdaptedForm.Gram, Proximal: 0 },
                $"{where}.learnedStepSizes", $"true with stepRule {loop.StepRule}, adapts {loop.Adapts}, form {loop.Form}, proximal {loop.Proximal}", "stepRule constant, adapts metaBlock or embedding, form auto or weights, proximal 0");
        }

        Expect.That(loop.SecondOrder || !(loop.LearnedProximal || loop.LearnedStepSizes), $"{where}.secondOrder", "false", "true: settings of the inner loop are learned through it");
    }

    private static bool IsLinearInEmbedding(GlobalBlockSpec global) => global.Interaction is Interaction.Bilinear or Interaction.DotProduct or Interaction.LowRank or Interaction.Pairwise;
}
