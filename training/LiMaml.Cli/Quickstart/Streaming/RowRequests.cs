using LiMaml.Models.Datasets;
using LiMaml.Models.Network;
using LiMaml.Models.Packages;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Graphs;

namespace LiMaml.Cli.Quickstart.Streaming;

/// <summary>Rows of a dataset as requests to the worker: task keys, the features of the global block, and those of the meta block for tasks without an embedding. Thread-safe.</summary>
internal sealed class RowRequests : IDisposable
{
    private readonly List<Block> blocks;

    /// <summary>Opens the graphs, whose tensors the requests are made of.</summary>
    /// <param name="package">A model with one task definition.</param>
    public RowRequests(ModelPackage package)
    {
        var (schema, model) = (package.Manifest.Schema, package.Manifest.Model);
        var meta = model.MetaBlocks.Single();
        blocks =
        [
            new("", new FeatureLayout(model.Global.Features.Select(schema.Feature)), GraphSession.Open(package, package.Global)),
            new("meta_", new FeatureLayout(meta.Features.Select(schema.Feature)), GraphSession.Open(package, package.Meta(meta.Task))),
        ];
        Task = meta.Task;
        Features = [.. blocks.SelectMany(block => block.Tensors.Features).Distinct()];
    }

    /// <summary>The task definition.</summary>
    public string Task { get; }

    /// <summary>Features that rows must have.</summary>
    public IReadOnlyList<string> Features { get; }

    /// <summary>The request to score some rows.</summary>
    public InferenceBody Write(RowGroup rows, int[] places)
    {
        using var body = new InferenceBodyWriter();
        body.Add("task", [.. places.Select(place => rows.Keys[place])]);
        foreach (var block in blocks)
        {
            using var batch = block.Graph.Rent();
            batch.Resize((GraphTensorNames.RowsAxis, places.Length), (GraphTensorNames.TasksAxis, places.Length));
            block.Tensors.Fill(rows, places, batch);
            foreach (var input in block.Layout.Inputs)
            {
                if (input.Kind == ElementKind.Float32)
                {
                    body.Add(block.Prefix + input.Name, batch.Float32(input.Name), input.Width);
                }
                else
                {
                    body.Add(block.Prefix + input.Name, batch.Int64(input.Name), input.Width);
                }
            }
        }

        return body.Complete();
    }

    /// <inheritdoc/>
    public void Dispose() => blocks.ForEach(block => block.Graph.Dispose());

    /// <summary>The inputs of one graph, as requests name them.</summary>
    private sealed record Block(string Prefix, FeatureLayout Layout, GraphSession Graph)
    {
        public FeatureTensors Tensors { get; } = new(Layout);
    }
}
