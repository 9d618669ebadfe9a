namespace LiMaml.Models.Network;

/// <summary>What a parameter is for; decides how training regularises it.</summary>
public enum ParameterKind
{
    /// <summary>A dense layer's matrix [inputs, outputs].</summary>
    Weight,

    /// <summary>A dense layer's offset [outputs].</summary>
    Bias,

    /// <summary>A table of learned vectors [size, width].</summary>
    Table,

    /// <summary>A table that acts as a dense layer's matrix on counts of categories [size, width].</summary>
    CountTable,

    /// <summary>A learned setting of the inner loop, as its logarithm.</summary>
    Setting,
}

/// <summary>A parameter of a network, before it has values.</summary>
/// <param name="Name">Its name in checkpoints, e.g. <c>meta.member.layers.0.weight</c>.</param>
/// <param name="Shape">Row-major; every size at least 1.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="InitialDeviation">Standard deviation of its initial, normally distributed values; 0 for one value.</param>
/// <param name="InitialMean">Their mean.</param>
public sealed record ParameterDeclaration(string Name, IReadOnlyList<long> Shape, ParameterKind Kind, double InitialDeviation, double InitialMean = 0);
