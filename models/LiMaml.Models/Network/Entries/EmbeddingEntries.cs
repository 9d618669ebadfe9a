using LiMaml.Models.Specs;

namespace LiMaml.Models.Network.Entries;

/// <summary>Which entries an <see cref="Interaction"/> stands for.</summary>
internal static class EmbeddingEntries
{
    /// <summary>Declares the parameters of the entries of <paramref name="block"/>.</summary>
    /// <param name="parameters">Where they are added.</param>
    /// <param name="spec">The global block.</param>
    /// <param name="block">Whose embedding enters.</param>
    /// <param name="items">The item-side features.</param>
    /// <param name="inputs">Numbers that the first layer reads in all.</param>
    public static void Declare(List<ParameterDeclaration> parameters, GlobalBlockSpec spec, MetaBlockSpec block, FeatureLayout items, int inputs)
    {
        if (spec.Concatenates)
        {
            Concatenated.Declare(parameters, spec, block, inputs);
        }

        switch (spec.Interaction)
        {
            case Interaction.Bilinear or Interaction.ConcatenationAndBilinear:
                Bilinear.Declare(parameters, block, items);
                break;
            case Interaction.DotProduct:
                DotProduct.Declare(parameters, block, items);
                break;
            case Interaction.Film:
                Film.Declare(parameters, spec, block);
                break;
            case Interaction.LowRank:
                LowRank.Declare(parameters, block, items, spec.Rank!.Value);
                break;
        }
    }

    /// <summary>The entries of <paramref name="block"/>; <paramref name="item"/> makes the item side of a prefix.</summary>
    public static IEnumerable<EmbeddingEntry<T>> Of<T>(Interaction interaction, MetaBlockSpec block, ITensorAlgebra<T> algebra, Func<string, FeatureSum<T>> item)
        where T : class
    {
        FeatureSum<T> Item() => item(ItemSide.Prefix(block.Task));
        return interaction switch
        {
            Interaction.Concatenation => [new ConcatenatedEntry<T>(block.Task)],
            Interaction.Bilinear => [new BilinearEntry<T>(block.Task, Item(), algebra)],
            Interaction.ConcatenationAndBilinear => [new ConcatenatedEntry<T>(block.Task), new BilinearEntry<T>(block.Task, Item(), algebra)],
            Interaction.DotProduct => [new DotProductEntry<T>(block, Item(), algebra)],
            Interaction.Film => [new FilmEntry<T>(block.Task, algebra)],
            Interaction.LowRank => [new LowRankEntry<T>(block.Task, Item(), algebra)],
            Interaction.Pairwise => [], // one for all of them: EmbeddingPairs
            _ => throw new ArgumentOutOfRangeException(nameof(interaction), interaction, "not an interaction"),
        };
    }
}
