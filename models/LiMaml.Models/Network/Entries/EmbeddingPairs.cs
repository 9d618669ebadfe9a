namespace LiMaml.Models.Network.Entries;

/// <summary>
/// The meta embeddings of several task definitions against each other: Σ pₐ · p_b over their pairs and Σ bₐ are added to the
/// logit, eₐ = (pₐ, bₐ). Linear in each while the others are held.
/// </summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
internal sealed class EmbeddingPairs<T>
    where T : class
{
    private readonly IReadOnlyList<string> tasks;
    private readonly ITensorAlgebra<T> algebra;
    private readonly T isFactor; // (1, …, 1, 0)
    private readonly T isBias; // (0, …, 0, 1)

    /// <param name="tasks">Task definitions, at least two.</param>
    /// <param name="size">Of every embedding, at least 2.</param>
    /// <param name="algebra">Runs or records the operations.</param>
    public EmbeddingPairs(IReadOnlyList<string> tasks, int size, ITensorAlgebra<T> algebra)
    {
        this.tasks = tasks;
        this.algebra = algebra;
        isFactor = algebra.Constant([.. Enumerable.Repeat(1f, size - 1), 0f], size);
        isBias = algebra.Constant([.. Enumerable.Repeat(0f, size - 1), 1f], size);
    }

    /// <summary>What is added to the logit [..., 1] for embeddings [..., embedding].</summary>
    public T Forward(IReadOnlyDictionary<string, T> embeddings)
    {
        var terms = tasks.SelectMany((task, index) => tasks.Skip(index + 1)
            .Select(other => algebra.Multiply(algebra.Multiply(embeddings[task], isFactor), embeddings[other]))
            .Prepend(algebra.Multiply(embeddings[task], isBias)));
        return terms.Select(term => algebra.Sum(term, -1)).Aggregate(algebra.Add);
    }

    /// <summary>The loss gradient at the embedding of <paramref name="task"/> from that at the logit.</summary>
    public T Backward(IReadOnlyDictionary<string, T> embeddings, string task, T delta)
    {
        var met = algebra.Multiply(tasks.Where(other => other != task).Select(other => embeddings[other]).Aggregate(algebra.Add), isFactor);
        return algebra.Multiply(algebra.Add(met, isBias), delta);
    }
}
