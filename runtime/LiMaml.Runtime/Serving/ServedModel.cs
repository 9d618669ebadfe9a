using System.Collections.Frozen;
using LiMaml.Models;

namespace LiMaml.Runtime.Serving;

/// <summary>How a request names what its rows are scored with.</summary>
public enum ScoringMode
{
    /// <summary>By task keys: the embeddings are looked up.</summary>
    Joined,

    /// <summary>By the embeddings themselves: exactly the inputs of the package's <c>global</c> graph.</summary>
    Raw,
}

/// <summary>What goes in and out of a bundle in one mode. Immutable.</summary>
public sealed class ServedModel
{
    /// <summary>Output of joined models, boolean [rows, task definitions]: true where the embedding is an unadapted one.</summary>
    public const string Cold = "cold";

    private readonly FrozenDictionary<string, ServedInput> inputs;
    private readonly FrozenDictionary<string, ServedOutput> outputs;

    internal ServedModel(ScoringMode mode, IEnumerable<ServedInput> inputs, IEnumerable<ServedOutput> outputs)
    {
        Mode = mode;
        Inputs = [.. inputs.Select((input, index) => input with { Index = index })];
        Outputs = [.. outputs];
        this.inputs = Inputs.GroupBy(input => input.Name).ToFrozenDictionary(group => group.Key, Only);
        this.outputs = Outputs.ToFrozenDictionary(output => output.Name);
    }

    /// <summary>How embeddings are named.</summary>
    public ScoringMode Mode { get; }

    /// <summary>All inputs.</summary>
    public IReadOnlyList<ServedInput> Inputs { get; }

    /// <summary>All outputs.</summary>
    public IReadOnlyList<ServedOutput> Outputs { get; }

    /// <summary>The input called <paramref name="name"/>.</summary>
    /// <exception cref="InvalidInputException">There is none; the message lists those there are.</exception>
    public ServedInput Input(string name) => inputs.TryGetValue(name, out var input) ? input : throw Unknown("inputs", name, inputs.Keys);

    /// <summary>The output called <paramref name="name"/>.</summary>
    /// <exception cref="InvalidInputException">There is none; the message lists those there are.</exception>
    public ServedOutput Output(string name) => outputs.TryGetValue(name, out var output) ? output : throw Unknown("outputs", name, outputs.Keys);

    private static InvalidInputException Unknown(string where, string name, IEnumerable<string> known) =>
        new(where, $"'{(name.Length <= 128 ? name : name[..128] + "…")}'", $"some of {string.Join(", ", known)}");

    private static ServedInput Only(IGrouping<string, ServedInput> named) => named.Count() == 1
        ? named.First()
        : throw new InvalidInputException("inputs of the served model", $"'{named.Key}' more than once", "features whose names differ from task_…, meta_… of other definitions");
}
