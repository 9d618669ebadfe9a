using LiMaml.Models.Schemas;
using LiMaml.Runtime.Batches;

namespace LiMaml.Runtime.Windows;

/// <summary>Windows as the rows that an <see cref="Adaptation.Adapter"/> reads.</summary>
public static class WindowRows
{
    /// <summary>Encodes windows by a schema's vocabularies, which need not be those in use when the events arrived.</summary>
    /// <param name="windows">Of one task definition, in any order.</param>
    /// <param name="schema">The model's.</param>
    /// <param name="features">Features to encode, e.g. <see cref="Adaptation.Adapter.Features"/>.</param>
    /// <returns>The tasks in the order of the windows, their rows oldest first, weights included.</returns>
    /// <exception cref="LiMaml.Models.InvalidInputException">The schema lacks a feature.</exception>
    public static TaskRows Encode(IReadOnlyList<Window> windows, DatasetSchema schema, IReadOnlyCollection<string> features) => throw new NotImplementedException();
}
