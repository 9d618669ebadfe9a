using LiMaml.Models;
using LiMaml.Runtime.Embeddings;
using LiMaml.Runtime.Refresh;

namespace LiMaml.Runtime.Tests.Refresh;

public sealed class GuardrailsTests
{
    private static readonly StoredEmbedding Previous = new("member", "a", new[] { 3f, 4f }, 0, 1, 1, 0.5f);

    [Fact]
    public void Judge_FiniteAndImproved_Passes()
    {
        Assert.Null(Judge([1, 2], 1, 0.5f));
        Assert.Null(Judge([1, 2], 1, 0.5f, Previous));
    }

    [Theory]
    [InlineData(float.NaN, 1f, 0.5f)]
    [InlineData(float.PositiveInfinity, 1f, 0.5f)]
    [InlineData(1f, float.NaN, 0.5f)]
    [InlineData(1f, 1f, float.PositiveInfinity)]
    public void Judge_NotFinite_IsHeldWhateverTheOptions(float value, float before, float after) =>
        Assert.Equal(GuardrailReason.NotFinite, Judge([value], before, after, options: new GuardrailOptions { LossTolerance = null, MaxJump = null, MaxNorm = null }));

    [Theory]
    [InlineData(1f, 1.01f, false)]
    [InlineData(1f, 1.02f, true)]
    [InlineData(0f, 1e-7f, false)]
    [InlineData(0f, 1e-3f, true)]
    [InlineData(100f, 100.9f, false)]
    [InlineData(100f, 102f, true)]
    public void Judge_LossThatGrew_IsHeldBeyondTheTolerance(float before, float after, bool held)
    {
        Assert.Equal(held ? GuardrailReason.LossNotImproved : null, Judge([1], before, after));
        Assert.Null(Judge([1], before, after, options: new GuardrailOptions { LossTolerance = null }));
    }

    [Fact]
    public void Judge_NormAboveTheLimit_IsHeld()
    {
        var options = new GuardrailOptions { MaxNorm = 5 };
        Assert.Null(Judge([3, 4], 1, 0.5f, options: options));
        Assert.Equal(GuardrailReason.NormTooLarge, Judge([3, 4.1f], 1, 0.5f, options: options));
        Assert.Equal(GuardrailReason.NormTooLarge, Judge([float.MaxValue, float.MaxValue], 1, 0.5f));
        Assert.Null(Judge([3, 4.1f], 1, 0.5f, options: options with { MaxNorm = null }));
    }

    [Fact]
    public void Judge_JumpAboveTheLimit_IsHeld()
    {
        var options = new GuardrailOptions { MaxJump = 2 }; // of a norm of 5
        Assert.Null(Judge([13, 4], 1, 0.5f, Previous, options));
        Assert.Equal(GuardrailReason.JumpTooLarge, Judge([13.1f, 4], 1, 0.5f, Previous, options));
        Assert.Null(Judge([13.1f, 4], 1, 0.5f, previous: null, options));
        Assert.Null(Judge([13.1f, 4], 1, 0.5f, Previous, options with { MaxJump = null }));
    }

    [Fact]
    public void Judge_JumpFromNearlyNothing_IsMeasuredAgainstOne()
    {
        var nothing = Previous with { Vector = new[] { 0f, 0f } };
        Assert.Null(Judge([0, 9], 1, 0.5f, nothing));
        Assert.Equal(GuardrailReason.JumpTooLarge, Judge([0, 11], 1, 0.5f, nothing));
    }

    [Fact]
    public void Validate_OutOfRange_NamesTheSetting()
    {
        new GuardrailOptions().Validate();
        Refused(new GuardrailOptions { LossTolerance = -1 }, "Guardrails:LossTolerance: found -1");
        Refused(new GuardrailOptions { MaxNorm = 0 }, "Guardrails:MaxNorm: found 0");
        Refused(new GuardrailOptions { MaxJump = double.NaN }, "Guardrails:MaxJump: found NaN");

        static void Refused(GuardrailOptions options, string message) => Assert.StartsWith(message, Assert.Throws<InvalidInputException>(options.Validate).Message);
    }

    private static GuardrailReason? Judge(float[] embedding, float before, float after, StoredEmbedding? previous = null, GuardrailOptions? options = null) =>
        new Guardrails(options ?? new GuardrailOptions()).Judge(embedding, before, after, previous);
}
