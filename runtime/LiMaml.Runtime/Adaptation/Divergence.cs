using LiMaml.Runtime.Batches;

namespace LiMaml.Runtime.Adaptation;

/// <summary>Fine-tuning that ran away: an embedding or a loss that is not finite.</summary>
internal static class Divergence
{
    /// <summary>
    /// Gives each task that diverged the unadapted embedding of its latest meta features instead, with the loss before
    /// fine-tuning (0 where that is not finite either) as its loss after.
    /// </summary>
    /// <returns>How many diverged.</returns>
    public static int Undo(TaskRows tasks, AdaptedTasks adapted, UnadaptedEmbeddings unadapted)
    {
        int[] diverged = [.. Enumerable.Range(0, tasks.Tasks.Count).Where(task => !IsFinite(adapted, task, unadapted.EmbeddingSize))];
        var size = unadapted.EmbeddingSize;
        var embeddings = new float[diverged.Length * size];
        unadapted.Embed(tasks.Rows, [.. diverged.Select(task => tasks.Tasks[task].Latest)], embeddings);
        for (var place = 0; place < diverged.Length; place++)
        {
            var task = diverged[place];
            embeddings.AsSpan(place * size, size).CopyTo(adapted.Embeddings.AsSpan(task * size));
            adapted.LossBefore[task] = float.IsFinite(adapted.LossBefore[task]) ? adapted.LossBefore[task] : 0;
            adapted.LossAfter[task] = adapted.LossBefore[task];
        }

        return diverged.Length;
    }

    private static bool IsFinite(AdaptedTasks adapted, int task, int size)
    {
        foreach (var value in adapted.Embeddings.AsSpan(task * size, size))
        {
            if (!float.IsFinite(value))
            {
                return false;
            }
        }

        return float.IsFinite(adapted.LossBefore[task]) && float.IsFinite(adapted.LossAfter[task]);
    }
}
