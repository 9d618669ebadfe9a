namespace LiMaml.Training.Baselines;

/// <summary>Minimises a smooth convex function by L-BFGS (Nocedal &amp; Wright, Algorithm 7.5) with backtracking.</summary>
/// <param name="function">The value at a point; writes the gradient there into its second argument.</param>
internal sealed class Lbfgs(Lbfgs.Objective function)
{
    private const int Memory = 8;
    private const int MostSteps = 200;
    private const double Tolerance = 1e-5;
    private const double SufficientDecrease = 1e-4;
    private readonly List<(double[] Moved, double[] Turned, double Product)> memory = [];

    /// <summary>A function with its gradient.</summary>
    public delegate double Objective(double[] at, double[] gradient);

    /// <summary>Moves <paramref name="point"/> to the minimum: until the gradient is 1e-5 of what it was, or 200 steps.</summary>
    public void Minimise(double[] point, CancellationToken cancellation = default)
    {
        var gradient = new double[point.Length];
        var value = function(point, gradient);
        var enough = Tolerance * Math.Sqrt(Dot(gradient, gradient));
        for (var step = 0; step < MostSteps && Math.Sqrt(Dot(gradient, gradient)) > enough; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var direction = Direction(gradient);
            var (next, nextGradient, nextValue) = Search(point, direction, value, Dot(direction, gradient));
            if (nextValue >= value)
            {
                return; // as good as rounding allows
            }

            Remember(Difference(next, point), Difference(nextGradient, gradient));
            next.CopyTo(point, 0);
            (gradient, value) = (nextGradient, nextValue);
        }
    }

    private (double[] Point, double[] Gradient, double Value) Search(double[] point, double[] direction, double value, double slope)
    {
        // The first direction has no scale yet.
        var length = memory.Count == 0 ? 1 / Math.Max(1, Math.Sqrt(Dot(direction, direction))) : 1;
        var gradient = new double[point.Length];
        while (true)
        {
            var next = Array.ConvertAll(direction, component => component * length);
            Add(next, point, 1);
            var nextValue = function(next, gradient);
            if (nextValue <= value + (SufficientDecrease * length * slope) || length < 1e-12)
            {
                return (next, gradient, nextValue);
            }

            length /= 2;
        }
    }

    private double[] Direction(double[] gradient)
    {
        var direction = Array.ConvertAll(gradient, component => -component);
        var shares = new double[memory.Count];
        for (var index = memory.Count - 1; index >= 0; index--)
        {
            shares[index] = Dot(memory[index].Moved, direction) / memory[index].Product;
            Add(direction, memory[index].Turned, -shares[index]);
        }

        if (memory.Count > 0)
        {
            var scale = memory[^1].Product / Dot(memory[^1].Turned, memory[^1].Turned);
            direction = Array.ConvertAll(direction, component => component * scale);
        }

        for (var index = 0; index < memory.Count; index++)
        {
            Add(direction, memory[index].Moved, shares[index] - (Dot(memory[index].Turned, direction) / memory[index].Product));
        }

        return direction;
    }

    private void Remember(double[] moved, double[] turned)
    {
        if (Dot(moved, turned) is var product && product > 0)
        {
            memory.Add((moved, turned, product));
            memory.RemoveRange(0, Math.Max(0, memory.Count - Memory));
        }
    }

    private static double[] Difference(double[] left, double[] right)
    {
        var difference = (double[])left.Clone();
        Add(difference, right, -1);
        return difference;
    }

    private static void Add(double[] sum, double[] summand, double factor)
    {
        for (var index = 0; index < sum.Length; index++)
        {
            sum[index] += factor * summand[index];
        }
    }

    private static double Dot(double[] left, double[] right)
    {
        var sum = 0.0;
        for (var index = 0; index < left.Length; index++)
        {
            sum += left[index] * right[index];
        }

        return sum;
    }
}
