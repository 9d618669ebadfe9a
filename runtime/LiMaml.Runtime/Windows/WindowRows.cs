using LiMaml.Models.Datasets;
using LiMaml.Models.Schemas;
using LiMaml.Runtime.Batches;
using LiMaml.Runtime.Events;

namespace LiMaml.Runtime.Windows;

/// <summary>Windows as the rows that an <see cref="Adaptation.Adapter"/> reads.</summary>
public static class WindowRows
{
    /// <summary>Encodes windows by a schema's vocabularies, which need not be those in use when the events arrived.</summary>
    /// <param name="windows">Of one task definition, in any order, each with at least one sample.</param>
    /// <param name="schema">The model's.</param>
    /// <param name="features">Features to encode, e.g. <see cref="Adaptation.Adapter.Features"/>.</param>
    /// <returns>The tasks in the order of the windows, their rows oldest first, weights included.</returns>
    /// <remarks>
    /// A sample from before a feature was there, or with a value of another kind, stands for what is usual: a dense
    /// feature's mean on the training rows (0 where the schema has none), the category 'unknown', no categories, zeros.
    /// </remarks>
    /// <exception cref="Models.InvalidInputException">The schema lacks a feature.</exception>
    public static TaskRows Encode(IReadOnlyList<Window> windows, DatasetSchema schema, IReadOnlyCollection<string> features) =>
        Encode(windows, RowEncoder.For(schema, features));

    /// <summary>The same with an encoder that is kept, for many calls.</summary>
    public static TaskRows Encode(IReadOnlyList<Window> windows, RowEncoder encoder)
    {
        var samples = new List<InteractionEvent>(windows.Sum(window => window.Samples.Count));
        var keys = new List<string>(samples.Capacity);
        var tasks = new List<TaskRange>(windows.Count);
        foreach (var window in windows)
        {
            tasks.Add(TaskRange.Of(samples.Count, window.Samples.Count));
            samples.AddRange(window.Samples);
            keys.AddRange(Enumerable.Repeat(window.Key, window.Samples.Count));
        }

        return new TaskRows(encoder.Encode(keys, samples), tasks);
    }
}
