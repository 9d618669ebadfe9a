using System.Globalization;
using System.Text.Json.Serialization;
using LiMaml.Models;

namespace LiMaml.Training.Runs;

/// <summary>Which runs a folder of several holds, as <c>runs.json</c> keeps it.</summary>
/// <param name="Seeds">Of each run, in the order of training.</param>
internal sealed record RunPlan(IReadOnlyList<int> Seeds)
{
    public const string FileName = "runs.json";

    /// <summary>The runs' folders.</summary>
    [JsonIgnore]
    public IEnumerable<string> Names => Seeds.Select(NameOf);

    /// <summary>The folder of one run among several.</summary>
    public static string NameOf(int seed) => string.Create(CultureInfo.InvariantCulture, $"seed-{seed}");

    /// <exception cref="InvalidInputException">There are no seeds, or one stands there twice.</exception>
    public void Validate(string where)
    {
        if (Seeds.Count == 0 || Seeds.Distinct().Count() < Seeds.Count)
        {
            throw new InvalidInputException($"{where}: seeds", $"[{string.Join(", ", Seeds)}]", "one or more seeds, each once");
        }
    }
}
