using LiMaml.Models.Network.Entries;

namespace LiMaml.Models.Network;

/// <summary>What the global block makes of rows before any layer and any meta embedding.</summary>
/// <param name="Encoded">Encoded features [..., width].</param>
/// <param name="Items">The item side of each entry that has one, in the order of the entries; null for the others.</param>
/// <param name="Wide">The features of the wide part; null without.</param>
internal sealed record GlobalRows<T>(T Encoded, IReadOnlyList<FeatureSumRows<T>?> Items, FeatureSumRows<T>? Wide)
    where T : class;

/// <summary>What of a forward pass does not depend on the meta embeddings.</summary>
/// <param name="FirstOutputs">First layer's outputs for the features alone [..., outputs].</param>
/// <param name="Met">What the embedding of each entry meets.</param>
/// <param name="Crossed">The cross network's pass, where it reads no embeddings; else null.</param>
/// <param name="Wide">The wide part's share of the logit [..., 1]; null without.</param>
internal sealed record GlobalFixed<T>(T FirstOutputs, IReadOnlyList<Met<T>> Met, CrossPass<T>? Crossed, T? Wide)
    where T : class;

/// <summary>A forward pass through the global block.</summary>
/// <param name="Logit">[..., 1].</param>
/// <param name="Rows">The rows it is for.</param>
/// <param name="Fixed">What does not depend on the embeddings.</param>
/// <param name="Embeddings">Meta embeddings by task definition.</param>
/// <param name="Layers">Passes through its layers.</param>
/// <param name="Crossed">The cross network's pass; null without.</param>
internal sealed record GlobalPass<T>(
    T Logit,
    GlobalRows<T> Rows,
    GlobalFixed<T> Fixed,
    IReadOnlyDictionary<string, T> Embeddings,
    IReadOnlyList<LayerPass<T>> Layers,
    CrossPass<T>? Crossed)
    where T : class;
