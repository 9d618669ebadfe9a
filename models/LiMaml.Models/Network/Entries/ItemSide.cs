using LiMaml.Models.Specs;

namespace LiMaml.Models.Network.Entries;

/// <summary>The parameters that the forms with an item side share.</summary>
internal static class ItemSide
{
    public static string Prefix(string task) => $"{Parameters.GlobalPrefix}.item.{task}";

    /// <summary>The layer of e · c.</summary>
    public static string Offset(string task) => $"{Prefix(task)}.offset";

    public static void DeclareOffset(List<ParameterDeclaration> parameters, MetaBlockSpec block) => parameters.Add(new(
        $"{Offset(block.Task)}.weight", [block.EmbeddingSize, 1], ParameterKind.Weight, Parameters.Deviation(block.EmbeddingSize, true)));
}
