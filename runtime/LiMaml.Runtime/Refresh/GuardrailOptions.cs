using LiMaml.Models;

namespace LiMaml.Runtime.Refresh;

/// <summary>
/// What an adapted embedding must satisfy to be used; one that is not finite never is. Where it is not used, the task keeps
/// its current embedding if that is of the same bundle, and gets the unadapted one otherwise.
/// </summary>
public sealed record GuardrailOptions
{
    /// <summary>
    /// By how much the support loss may grow, as a part of the loss before; 0 or more, 0.01 by default: rounding and
    /// regularisation move a loss that has nothing to gain. Null switches this off.
    /// </summary>
    public double? LossTolerance { get; init; } = 0.01;

    /// <summary>Largest Euclidean norm of an embedding; above 0, 1,000 by default. Null switches this off.</summary>
    public double? MaxNorm { get; init; } = 1_000;

    /// <summary>
    /// Largest Euclidean distance from the task's current embedding of the same bundle, as a multiple of that one's norm or of
    /// 1, whichever is larger; above 0, 10 by default. Null switches this off. Too small a value holds tasks fast: what is
    /// kept is what the next refresh compares with.
    /// </summary>
    public double? MaxJump { get; init; } = 10;

    /// <summary>Throws where a value is out of range.</summary>
    /// <exception cref="InvalidInputException">Names the setting, its value, and what would be accepted.</exception>
    public void Validate()
    {
        Expect(LossTolerance is null or (>= 0 and <= double.MaxValue), nameof(LossTolerance), LossTolerance, "a number, 0 or more, or null");
        Expect(MaxNorm is null or (> 0 and <= double.MaxValue), nameof(MaxNorm), MaxNorm, "a number above 0, or null");
        Expect(MaxJump is null or (> 0 and <= double.MaxValue), nameof(MaxJump), MaxJump, "a number above 0, or null");
    }

    private static void Expect(bool holds, string setting, double? found, string expected)
    {
        if (!holds)
        {
            throw new InvalidInputException($"Guardrails:{setting}", $"{found}", expected);
        }
    }
}
