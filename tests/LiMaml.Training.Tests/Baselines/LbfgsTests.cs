using LiMaml.Training.Baselines;

namespace LiMaml.Training.Tests.Baselines;

public sealed class LbfgsTests
{
    [Fact]
    public void Minimise_AnIllConditionedQuadratic_ReachesItsMinimum()
    {
        // ½ Σ scaleᵢ (xᵢ − i)², curvatures from 1 to 10,000.
        double Function(double[] at, double[] gradient)
        {
            var value = 0.0;
            for (var index = 0; index < at.Length; index++)
            {
                var scale = Math.Pow(10, index % 5);
                gradient[index] = scale * (at[index] - index);
                value += scale * (at[index] - index) * (at[index] - index) / 2;
            }

            return value;
        }

        var point = new double[12];
        new Lbfgs(Function).Minimise(point, TestContext.Current.CancellationToken);

        Assert.All(point.Select((value, index) => value - index), error => Assert.InRange(error, -0.2, 0.2));
        Assert.InRange(Function(point, new double[12]), 0, 0.05);
    }

    [Fact]
    public void Minimise_AtTheMinimum_StaysThere()
    {
        double[] point = [0, 0];

        new Lbfgs((at, gradient) =>
        {
            at.CopyTo(gradient, 0);
            return ((at[0] * at[0]) + (at[1] * at[1])) / 2;
        }).Minimise(point, TestContext.Current.CancellationToken);

        Assert.Equal([0, 0], point);
    }
}
