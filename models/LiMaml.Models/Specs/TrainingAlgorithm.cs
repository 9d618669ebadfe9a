namespace LiMaml.Models.Specs;

/// <summary>How a model was trained (paper §6.2.1).</summary>
public enum TrainingAlgorithm
{
    /// <summary>Gradient descent on batches of tasks, no inner loop.</summary>
    Vanilla,

    /// <summary>Algorithm 2a: the inner loop moves the meta block, the outer loop both blocks.</summary>
    LiMaml,

    /// <summary>
    /// Entire-network MAML (Algorithm 1): both loops move everything. What it adapts is a network for each task, which no meta
    /// embedding can carry, so it can be evaluated but not exported.
    /// </summary>
    Maml,

    /// <summary>
    /// Wide &amp; Deep with ID embeddings (Table 4; Cheng et al., 2016): trained like <see cref="Vanilla"/>, each task a learned row,
    /// and a wide part beside the layers.
    /// </summary>
    WideAndDeep,
}

/// <summary>What follows from an algorithm.</summary>
public static class TrainingAlgorithms
{
    extension(TrainingAlgorithm algorithm)
    {
        /// <summary>Whether training adapts to support sets; without, every row is trained on as it is.</summary>
        public bool HasInnerLoop => algorithm is TrainingAlgorithm.LiMaml or TrainingAlgorithm.Maml;
    }
}
