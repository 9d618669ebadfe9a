namespace LiMaml.Runtime.Graphs;

/// <summary>Something that <see cref="GraphOptions"/> asked for and that is not used.</summary>
/// <param name="What">A provider, or a way to use it, e.g. <c>CUDA graphs</c>.</param>
/// <param name="Reason">Why not.</param>
public sealed record PassedOver(string What, string Reason)
{
    /// <summary>For people: what, and in brackets why not.</summary>
    public override string ToString() => $"{What} ({Reason})";
}

/// <summary>What executes a graph, and what was asked for before it.</summary>
/// <param name="InUse">The provider in use.</param>
/// <param name="PassedOver">What was asked for and could not be had, in that order; empty where the first choice is in use.</param>
public sealed record ProviderChoice(ExecutionProvider InUse, IReadOnlyList<PassedOver> PassedOver)
{
    /// <summary>The choice that speaks for several graphs: the one that fell back furthest.</summary>
    /// <param name="choices">One for each graph; without graphs nothing speaks against the processor.</param>
    public static ProviderChoice Least(IEnumerable<ProviderChoice> choices) =>
        choices.DefaultIfEmpty(new ProviderChoice(ExecutionProvider.Cpu, [])).OrderBy(choice => choice.InUse).ThenByDescending(choice => choice.PassedOver.Count).First();

    /// <summary>The name of the provider in use.</summary>
    public override string ToString() => $"{InUse}";
}
