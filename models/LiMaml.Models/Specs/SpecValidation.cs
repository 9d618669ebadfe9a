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

        GlobalValidation.Validate(spec, schema, where);
        ValidateInnerLoop(spec.InnerLoop, $"{where}: innerLoop");
        ValidateInnerLoop(spec.FineTuning, $"{where}: fineTuning");
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
        if (block.Kind == MetaBlockKind.IdEmbedding)
        {
            var single = block.Features.Count == 1 ? schema.Feature(block.Features[0]) : null;
            Expect.That(single is CategoricalFeature, $"{where}.features", block.Features.Count == 1 ? $"'{block.Features[0]}', which is not categorical" : $"{block.Features.Count} features", "exactly one categorical feature for idEmbedding");
            return;
        }

        Expect.That(block.Features.Count > 0, $"{where}.features", "none", "at least one meta feature");
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
            Expect.That(other is null, $"{where}: metaBlocks '{other?.Task}'.kind", "mlp", "idEmbedding for algorithm wideAndDeep");
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

    private static void ValidateInnerLoop(InnerLoopSpec loop, string where)
    {
        Expect.InRange(loop.Steps, 0, MaxSteps, $"{where}.steps");
        Expect.InRange(loop.SupportCapacity, 1, MaxSize, $"{where}.supportCapacity");
        Expect.That(double.IsFinite(loop.StepSize) && loop.StepSize > 0, $"{where}.stepSize", loop.StepSize, "a finite number above 0");
        Expect.That(double.IsFinite(loop.MetaEmbeddingL2) && loop.MetaEmbeddingL2 >= 0, $"{where}.metaEmbeddingL2", loop.MetaEmbeddingL2, "a finite number, 0 or more");
        Expect.That(double.IsFinite(loop.Proximal) && loop.Proximal >= 0, $"{where}.proximal", loop.Proximal, "a finite number, 0 or more");
        var product = loop.StepSize * loop.Proximal;
        Expect.That(
            product <= 1 || loop.StepRule is StepRule.CurvatureBound,
            $"{where}.stepSize × proximal", product, "at most 1: a larger step overshoots the starting point");
    }
}
