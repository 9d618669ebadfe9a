namespace LiMaml.Export.Onnx;

/// <summary>The versions that a profile writes graphs in.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Version">Of the default operator set.</param>
/// <param name="IrVersion">Of the file format.</param>
internal sealed record OperatorSet(ExportProfile Profile, int Version, int IrVersion)
{
    /// <summary>Named in each file as what wrote it.</summary>
    public const string Producer = "LiMaml";

    /// <summary>Where <c>Slice</c> takes its bounds as inputs; attributes before.</summary>
    public bool BoundsAreInputs => Version >= 10;

    /// <summary>Where <c>ReduceSum</c>, <c>Squeeze</c> and <c>Unsqueeze</c> take their axes as an input; an attribute before.</summary>
    public bool AxesAreInputs => Version >= 13;

    /// <summary>Where <c>ReduceMax</c> does, too.</summary>
    public bool AxesOfMaximaAreInputs => Version >= 18;

    /// <summary>Those of a profile.</summary>
    public static OperatorSet Of(ExportProfile profile) => profile switch
    {
        ExportProfile.Default => new(profile, 13, 7),
        ExportProfile.Widest => new(profile, 9, 4), // Where and comparisons of int64 begin here
        ExportProfile.Latest => new(profile, 26, 13),
        _ => throw new ArgumentOutOfRangeException(nameof(profile), profile, "not a profile"),
    };
}
