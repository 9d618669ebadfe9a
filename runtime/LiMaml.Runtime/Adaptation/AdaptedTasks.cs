namespace LiMaml.Runtime.Adaptation;

/// <summary>What came of adapting some tasks, in their order.</summary>
/// <param name="Embeddings">Meta embeddings, float32 [tasks, embedding], row-major.</param>
/// <param name="LossBefore">Weighted mean loss on each task's support under θ_meta, [tasks]; 0 without support.</param>
/// <param name="LossAfter">The same after fine-tuning.</param>
/// <param name="Starts">What fine-tuning started from, like <paramref name="Embeddings"/>; empty where the model has one task definition.</param>
public sealed record AdaptedTasks(float[] Embeddings, float[] LossBefore, float[] LossAfter, float[] Starts);
