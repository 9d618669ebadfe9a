namespace LiMaml.Runtime.Refresh;

/// <summary>Why a task's adapted embedding was not used.</summary>
public enum GuardrailReason
{
    /// <summary>The embedding or a support loss is not finite.</summary>
    NotFinite,

    /// <summary>The embedding's norm is above <see cref="GuardrailOptions.MaxNorm"/>.</summary>
    NormTooLarge,

    /// <summary>The support loss grew by more than <see cref="GuardrailOptions.LossTolerance"/>.</summary>
    LossNotImproved,

    /// <summary>The embedding is further from the previous one than <see cref="GuardrailOptions.MaxJump"/>.</summary>
    JumpTooLarge,
}
