using LiMaml.Training.Baselines;

namespace LiMaml.Training.Tests.Baselines;

public sealed class NewtonSystemTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public void Step_Repeated_EndsWhereThePenalisedLossIsFlat(int size)
    {
        var random = new Random(3);
        var rows = Enumerable.Range(0, 40).Select(row => (X: Enumerable.Range(0, size).Select(_ => random.NextDouble() - 0.5).ToArray(), Label: row % 3 == 0 ? 1.0 : 0, Weight: random.NextDouble())).ToArray();
        var strengths = Enumerable.Range(0, size).Select(index => 0.5 + index).ToArray();
        var (system, coefficients) = (new NewtonSystem(size), new double[size]);

        var moved = 1.0;
        for (var step = 0; step < 20 && moved > 1e-12; step++)
        {
            system.Clear();
            foreach (var row in rows)
            {
                system.Add([.. row.X, .. new double[system.Stride - size]], Dot(row.X, coefficients), row.Label, row.Weight);
            }

            moved = system.Step(coefficients, strengths);
        }

        double Loss(double[] at) =>
            rows.Sum(row => row.Weight * (Math.Log(1 + Math.Exp(Dot(row.X, at))) - (row.Label * Dot(row.X, at)))) + at.Zip(strengths, (value, strength) => strength * value * value / 2).Sum();
        Assert.InRange(moved, 0, 1e-12);
        for (var index = 0; index < size; index++)
        {
            double At(double shift) => Loss([.. coefficients.Select((value, other) => other == index ? value + shift : value)]);
            Assert.Equal(0, (At(1e-5) - At(-1e-5)) / 2e-5, 1e-6);
            Assert.True(At(0.01) > Loss(coefficients) && At(-0.01) > Loss(coefficients));
        }
    }

    [Fact]
    public void Step_WithoutRows_FallsToZero()
    {
        double[] coefficients = [3, -2];

        new NewtonSystem(2).Step(coefficients, [1, 5]);

        Assert.Equal([0, 0], coefficients);
    }

    private static double Dot(double[] left, double[] right) => left.Zip(right, (a, b) => a * b).Sum();
}
