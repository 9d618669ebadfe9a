namespace LiMaml.Training.Baselines;

/// <summary>What holds the vectors and biases of one side, tasks or items, back.</summary>
internal sealed record SideOptions
{
    /// <summary>λ of ½ λ |p|² for a vector, above 0.</summary>
    public double VectorStrength { get; init; } = 4;

    /// <summary>What each row adds to it, 0 or more.</summary>
    public double VectorStrengthPerRow { get; init; } = 0.015;

    /// <summary>λ of ½ λ b² for a bias, above 0.</summary>
    public double BiasStrength { get; init; } = 2;

    /// <summary>What each row adds to it, 0 or more.</summary>
    public double BiasStrengthPerRow { get; init; }

    /// <summary>Rows after which a row of the same task or item counts half, above 0; infinity for never.</summary>
    public double HalfLife { get; init; } = 300;
}

/// <summary>How a matrix factorisation is fitted.</summary>
internal sealed record FactorisationOptions
{
    /// <summary>Width of the vectors, at least 1.</summary>
    public int Dimensions { get; init; } = 8;

    /// <summary>For tasks.</summary>
    public SideOptions Tasks { get; init; } = new();

    /// <summary>For items.</summary>
    public SideOptions Items { get; init; } = new() { HalfLife = 1200, BiasStrength = 1 };

    /// <summary>Rounds of one Newton step for every task, then one for every item; at least 1.</summary>
    public int Rounds { get; init; } = 24;

    /// <summary>Seeds the items' vectors.</summary>
    public int Seed { get; init; } = 1;
}
