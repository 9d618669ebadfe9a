using LiMaml.Training.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Outer;

/// <summary>What a parameter's gradients left behind, in its shape: their decaying mean and, for Adam, that of their squares.</summary>
internal sealed record Moments(Tensor First, Tensor Second);

/// <summary>
/// How parameters move in one step. TorchSharp's own optimizers hand temporary scalars to native code (see <see cref="Scalars"/>);
/// here the numbers of a step are made first and held until its end.
/// </summary>
internal abstract class UpdateRule : IDisposable
{
    private readonly List<Scalar> numbers = [];

    /// <summary>Moves a parameter in place.</summary>
    /// <param name="parameter">The values.</param>
    /// <param name="gradient">Of the outer loss; may be overwritten.</param>
    /// <param name="moments">Updated in place.</param>
    /// <param name="decay">Weight decay, 0 for none.</param>
    public abstract void Move(Tensor parameter, Tensor gradient, Moments moments, double decay);

    public void Dispose() => numbers.ForEach(number => number.Dispose());

    /// <summary>A number that lives as long as the rule.</summary>
    protected Scalar Number(double value)
    {
        numbers.Add(value);
        return numbers[^1];
    }
}

/// <summary>Adam (Kingma and Ba, 2015), or AdamW (Loshchilov and Hutter, 2019), whose weight decay does not pass through the moments.</summary>
internal sealed class AdamRule : UpdateRule
{
    private const double FirstDecay = 0.9;
    private const double SecondDecay = 0.999;
    private const double Epsilon = 1e-8;
    private readonly bool decoupled;
    private readonly double learningRate;
    private readonly Scalar scale, rate;

    /// <param name="decoupled">AdamW.</param>
    /// <param name="learningRate">Of this step.</param>
    /// <param name="step">From 0.</param>
    public AdamRule(bool decoupled, double learningRate, long step)
    {
        this.decoupled = decoupled;
        this.learningRate = learningRate;
        scale = Number(1 / Math.Sqrt(1 - Math.Pow(SecondDecay, step + 1))); // the moments began at 0
        rate = Number(-learningRate / (1 - Math.Pow(FirstDecay, step + 1)));
    }

    /// <inheritdoc/>
    public override void Move(Tensor parameter, Tensor gradient, Moments moments, double decay)
    {
        if (decay > 0 && decoupled)
        {
            parameter.mul_(Number(1 - (learningRate * decay)));
        }
        else if (decay > 0)
        {
            gradient.add_(parameter, Number(decay));
        }

        moments.First.mul_(Scalars.Of(FirstDecay)).add_(gradient, Scalars.Of(1 - FirstDecay));
        moments.Second.mul_(Scalars.Of(SecondDecay)).addcmul_(gradient, gradient, Scalars.Of(1 - SecondDecay));
        parameter.addcdiv_(moments.First, moments.Second.sqrt().mul_(scale).add_(Scalars.Of(Epsilon), Scalars.Of(1)), rate);
    }
}

/// <summary>Gradient descent with momentum 0.9.</summary>
internal sealed class MomentumRule : UpdateRule
{
    private const double Momentum = 0.9;
    private readonly Scalar rate;

    /// <param name="learningRate">Of this step.</param>
    public MomentumRule(double learningRate) => rate = Number(-learningRate);

    /// <inheritdoc/>
    public override void Move(Tensor parameter, Tensor gradient, Moments moments, double decay)
    {
        if (decay > 0)
        {
            gradient.add_(parameter, Number(decay));
        }

        parameter.add_(moments.First.mul_(Scalars.Of(Momentum)).add_(gradient, Scalars.Of(1)), rate);
    }
}
