using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Windows;

namespace LiMaml.Runtime.Refresh;

/// <summary>What came of one task.</summary>
/// <param name="Embedding">To be written; null where not even the unadapted one is finite.</param>
/// <param name="Guardrail">What held the adapted embedding; null where it is used.</param>
/// <param name="Kept">Whether the embedding is the one that the task had.</param>
/// <param name="Window">What it was adapted to.</param>
/// <param name="LossBefore">Support loss under θ_meta; may be not finite.</param>
/// <param name="LossAfter">Support loss after adaptation; may be not finite.</param>
internal sealed record RefreshedTask(StoredEmbedding? Embedding, GuardrailReason? Guardrail, bool Kept, Window Window, float LossBefore, float LossAfter);
