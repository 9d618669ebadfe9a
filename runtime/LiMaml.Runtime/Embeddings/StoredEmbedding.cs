namespace LiMaml.Runtime.Embeddings;

/// <summary>A task's meta embedding as it is kept and served.</summary>
/// <param name="Task">The task definition.</param>
/// <param name="Key">The task's key, in the form of <see cref="LiMaml.Models.Datasets.TaskKey"/>; not empty.</param>
/// <param name="Vector">float32 [embedding], at least one number, all finite; not to be changed by whoever holds it.</param>
/// <param name="NewestEventTime">Event time of the newest sample used, in microseconds since 1970 UTC.</param>
/// <param name="SupportCount">Samples used; 0 for an embedding that was not adapted.</param>
/// <param name="LossBefore">Mean loss on the support under θ_meta; 0 without support.</param>
/// <param name="LossAfter">The same under this embedding.</param>
public sealed record StoredEmbedding(
    string Task,
    string Key,
    ReadOnlyMemory<float> Vector,
    long NewestEventTime,
    int SupportCount,
    float LossBefore,
    float LossAfter);
