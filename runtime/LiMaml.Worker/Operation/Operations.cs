using System.Text.Json.Nodes;
using LiMaml.Models;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Refresh;
using LiMaml.Runtime.Windows;
using LiMaml.Worker.Kafka;

namespace LiMaml.Worker.Operation;

/// <summary>What operators ask for: by HTTP of a running worker, or on the state folder of one that does not run.</summary>
internal sealed class Operations(ModelHost models, PartitionStores stores, IEmbeddingStore embeddings)
{
    /// <summary>Adapts all tasks and publishes their embeddings.</summary>
    public Task<RefreshRecord> RefreshAsync(CancellationToken cancellation) => models.RefreshAsync(stores.Views, cancellation);

    /// <summary>Goes back to the generation before the current one.</summary>
    /// <exception cref="InvalidInputException">There is none, or its package is gone.</exception>
    public Task<EmbeddingPointer> RollbackAsync(CancellationToken cancellation) => models.RollbackAsync(cancellation);

    /// <summary>Erases a task's window and embeddings from wherever this worker keeps or publishes them.</summary>
    /// <param name="task">Task definition; null for the model's only one.</param>
    /// <param name="key">The task's key.</param>
    /// <param name="cancellation">Ends the waiting for the embedding store; the window is erased then.</param>
    /// <exception cref="InvalidInputException">There is no such task definition.</exception>
    public async Task ForgetAsync(string? task, string key, CancellationToken cancellation)
    {
        var name = Definition(task);
        await Task.Run(() => stores.Forget(name, key), cancellation);
        await models.ForgetAsync(name, key, cancellation);
    }

    /// <summary>A task's window and embedding; null where it has neither here.</summary>
    /// <param name="task">Task definition; null for the model's only one.</param>
    /// <param name="key">The task's key.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="InvalidInputException">There is no such task definition.</exception>
    public async Task<JsonObject?> InspectAsync(string? task, string key, CancellationToken cancellation)
    {
        var name = Definition(task);
        var window = await Task.Run(() => Find(name, key), cancellation);
        var pointer = await embeddings.CurrentAsync(cancellation);
        var embedding = pointer is null ? null : (await embeddings.ReadAsync(pointer, name, [key], cancellation))[0];
        return window is null && embedding is null ? null : Inspection.Of(name, key, window, pointer, embedding, models.Events);
    }

    private Window? Find(string task, string key)
    {
        var views = stores.Views();
        try
        {
            return views.Select(view => view.Find(task, key)).FirstOrDefault(window => window is not null);
        }
        finally
        {
            foreach (var view in views)
            {
                view.Dispose();
            }
        }
    }

    private string Definition(string? task)
    {
        var blocks = models.Package.Manifest.Model.MetaBlocks;
        return task is null
            ? blocks.Count == 1 ? blocks[0].Task : throw new InvalidInputException("task definition", "none", $"one of {string.Join(", ", blocks.Select(block => block.Task))}")
            : models.Package.Manifest.Schema.Task(task).Name;
    }
}
