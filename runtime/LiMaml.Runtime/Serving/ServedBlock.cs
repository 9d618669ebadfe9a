using LiMaml.Models.Packages;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Graphs;
using LiMaml.Runtime.Scoring;

namespace LiMaml.Runtime.Serving;

/// <summary>
/// One task definition of a loaded model: where its embeddings go, and what its <c>meta</c> graph reads when a request does
/// not give the meta features: the row's own value where the <c>global</c> graph reads the same feature, otherwise what says
/// nothing (the training rows' mean, the category 'unknown', zeros).
/// </summary>
internal sealed class ServedBlock
{
    private readonly List<(ServedInput Input, ColumnSource[] Sources)> inputs;

    public ServedBlock(ModelPackage package, Scorer scorer, ServedModel joined, int index)
    {
        var model = package.Manifest.Model;
        Task = model.MetaBlocks[index].Task;
        EmbeddingSize = model.MetaBlocks[index].EmbeddingSize;
        EmbeddingTensor = GraphTensorNames.EmbeddingOf(Task, model);
        Meta = scorer.Unadapted(Task).Session;
        Keys = joined.Inputs.Single(input => input.Place == InputPlace.Keys && input.Block == index);
        inputs = [.. joined.Inputs.Where(input => input.Place == InputPlace.Meta && input.Block == index).Select(input => (input, Sources(input, joined)))];
    }

    /// <summary>The definition's name.</summary>
    public string Task { get; }

    public int EmbeddingSize { get; }

    /// <summary>The <c>global</c> graph's name for the embeddings.</summary>
    public string EmbeddingTensor { get; }

    /// <summary>The <c>meta</c> graph.</summary>
    public GraphSession Meta { get; }

    /// <summary>The input that names tasks.</summary>
    public ServedInput Keys { get; }

    /// <summary>Fills the meta inputs that were not given, from the request's <c>global</c> inputs where they have the feature.</summary>
    public void FillMissing(GraphBatch meta, GraphBatch global, ReadOnlySpan<bool> given, int rows)
    {
        foreach (var (input, sources) in inputs)
        {
            for (var column = 0; column < sources.Length && !given[input.Index]; column++)
            {
                if (input.Kind == ServedKind.Float32)
                {
                    Fill(meta.Float32(input.Tensor), sources[column], input, column, rows, sources[column].Neutral, sources[column].Global is { } from ? global.Float32(from.Tensor) : default);
                }
                else
                {
                    Fill(meta.Int64(input.Tensor), sources[column], input, column, rows, 0, sources[column].Global is { } from ? global.Int64(from.Tensor) : default);
                }
            }
        }
    }

    private static void Fill<T>(Span<T> target, ColumnSource source, ServedInput input, int column, int rows, T neutral, ReadOnlySpan<T> values)
    {
        var width = input.Width / input.Columns.Count;
        for (var row = 0; row < rows; row++)
        {
            var slots = target.Slice((row * input.Width) + (column * width), width);
            if (source.Global is { } from)
            {
                values.Slice((row * from.Width) + (source.Column * width), width).CopyTo(slots);
            }
            else
            {
                slots.Fill(neutral);
            }
        }
    }

    private static ColumnSource[] Sources(ServedInput input, ServedModel joined) => [.. input.Columns.Select(feature =>
    {
        var global = joined.Inputs.FirstOrDefault(other => other.Place == InputPlace.Global && other.Columns.Contains(feature));
        return new ColumnSource(global, global is null ? 0 : global.Columns.ToList().IndexOf(feature), Neutral(feature));
    })];

    private static float Neutral(Feature feature) => feature switch
    {
        DenseFeature { Transform: DenseTransform.Standardise } dense => dense.Mean,
        DenseFeature { Transform: DenseTransform.Log1p } dense => MathF.Max(0, MathF.Exp(dense.Mean) - 1),
        _ => 0,
    };

    /// <summary>Where a meta feature's values come from: a column of a <c>global</c> input, or a constant.</summary>
    private sealed record ColumnSource(ServedInput? Global, int Column, float Neutral);
}
