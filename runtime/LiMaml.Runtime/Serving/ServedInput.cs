using LiMaml.Models.Schemas;

namespace LiMaml.Runtime.Serving;

/// <summary>Element types of what a request gives and gets.</summary>
public enum ServedKind
{
    /// <summary>IEEE 754 single precision.</summary>
    Float32,

    /// <summary>64-bit signed integer.</summary>
    Int64,

    /// <summary>UTF-8 text.</summary>
    Text,

    /// <summary>True or false.</summary>
    Boolean,
}

/// <summary>An input tensor of a served model: [rows, <see cref="Width"/>], or task keys.</summary>
/// <param name="Name">As requests call it.</param>
/// <param name="Kind">Element type.</param>
/// <param name="Width">Elements a row.</param>
/// <param name="Required">Whether a request must give it.</param>
/// <param name="Features">The features in it, one a column, or one for all columns; empty for task keys and embeddings.</param>
public sealed record ServedInput(string Name, ServedKind Kind, int Width, bool Required, IReadOnlyList<string> Features)
{
    /// <summary>Whether these are task keys: text, one for each row or one for all.</summary>
    public bool IsKeys => Place == InputPlace.Keys;

    /// <summary>Whether categories may also be given as the words that the bundle's vocabulary or hashing turns into indices; the empty word is 'unknown', and pads.</summary>
    public bool AcceptsWords => Encodings.Count > 0;

    /// <summary>Where the values go.</summary>
    internal InputPlace Place { get; init; }

    /// <summary>The task definition's place in the model, for keys and meta features.</summary>
    internal int Block { get; init; }

    /// <summary>The graph's name for it.</summary>
    internal string Tensor { get; init; } = Name;

    /// <summary>Position among the model's inputs.</summary>
    internal int Index { get; init; }

    /// <summary>As <see cref="Features"/>, with what values they may have.</summary>
    internal IReadOnlyList<Feature> Columns { get; init; } = [];

    /// <summary>Whether a logarithm follows for some of <see cref="Columns"/>.</summary>
    internal bool HasLogarithms { get; init; }

    /// <summary>From words to indices, one for each of <see cref="Columns"/>; empty where only indices are accepted.</summary>
    internal IReadOnlyList<FeatureEncoding> Encodings { get; init; } = [];
}

/// <summary>An output tensor of a served model: [rows, <paramref name="Width"/>].</summary>
/// <param name="Name">As responses call it.</param>
/// <param name="Kind">Element type.</param>
/// <param name="Width">Elements a row.</param>
public sealed record ServedOutput(string Name, ServedKind Kind, int Width);

/// <summary>Where an input's values go.</summary>
internal enum InputPlace
{
    /// <summary>The <c>global</c> graph.</summary>
    Global,

    /// <summary>A definition's <c>meta</c> graph, for tasks without an embedding.</summary>
    Meta,

    /// <summary>The look-up of a definition's embeddings.</summary>
    Keys,
}
