using System.Text.Json;
using LiMaml.Models.Json;

namespace LiMaml.Worker.Operation.Commands;

/// <summary>What commands print.</summary>
internal static class Json
{
    /// <summary>As LiMaml's files are written.</summary>
    public static string Of<T>(T value) => JsonSerializer.Serialize(value, ContractJson.Options);
}
