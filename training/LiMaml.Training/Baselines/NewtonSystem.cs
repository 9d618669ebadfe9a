using System.Numerics;

namespace LiMaml.Training.Baselines;

/// <summary>
/// A Newton step of a logistic regression of few coefficients with L2 towards 0: gradient and Hessian are gathered row by
/// row, then solved by Cholesky. Kept and reused, since there is one for every task or item; not for several threads.
/// </summary>
/// <param name="size">Coefficients, at least 1.</param>
internal sealed class NewtonSystem(int size)
{
    private readonly int stride = Padded(size);
    private readonly double[] hessian = new double[size * Padded(size)]; // lower triangle; rows padded to whole vectors
    private readonly double[] gradient = new double[size];

    /// <summary>Numbers that rows must have: coefficients, then zeros up to a whole vector.</summary>
    public int Stride => stride;

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        Array.Clear(hessian);
        Array.Clear(gradient);
    }

    /// <summary>Adds a row.</summary>
    /// <param name="x">Its features [<see cref="Stride"/>].</param>
    /// <param name="logit">What the present coefficients, and whatever else, say of it.</param>
    /// <param name="label">0 or 1.</param>
    /// <param name="weight">0 or more.</param>
    public void Add(ReadOnlySpan<double> x, double logit, double label, double weight)
    {
        var probability = 1 / (1 + Math.Exp(-logit));
        var error = weight * (label - probability);
        var curvature = weight * probability * (1 - probability);
        for (var row = 0; row < size; row++)
        {
            if (x[row] != 0)
            {
                gradient[row] += error * x[row];
                AddScaled(x, curvature * x[row], hessian.AsSpan(row * stride, Padded(row + 1)));
            }
        }
    }

    /// <summary>Moves <paramref name="coefficients"/> to the minimum of the quadratic around them.</summary>
    /// <param name="coefficients">[size].</param>
    /// <param name="strengths">λ of ½ λ c² for each coefficient [size], above 0.</param>
    /// <returns>The largest movement of a coefficient.</returns>
    public double Step(Span<double> coefficients, ReadOnlySpan<double> strengths)
    {
        for (var row = 0; row < size; row++)
        {
            gradient[row] -= strengths[row] * coefficients[row];
            hessian[(row * stride) + row] += strengths[row];
        }

        Factorise();
        Solve();
        var largest = 0.0;
        for (var row = 0; row < size; row++)
        {
            coefficients[row] += gradient[row];
            largest = Math.Max(largest, Math.Abs(gradient[row]));
        }

        return largest;
    }

    private static int Padded(int count) => (count + Vector<double>.Count - 1) / Vector<double>.Count * Vector<double>.Count;

    // Each sum has a place of its own, so the result does not depend on how wide the machine's vectors are.
    private static void AddScaled(ReadOnlySpan<double> x, double factor, Span<double> sums)
    {
        for (var start = 0; start < sums.Length; start += Vector<double>.Count)
        {
            (new Vector<double>(sums[start..]) + (new Vector<double>(x[start..]) * factor)).CopyTo(sums[start..]);
        }
    }

    /// <summary>H = L Lᵀ, in place.</summary>
    private void Factorise()
    {
        for (var row = 0; row < size; row++)
        {
            var current = hessian.AsSpan(row * stride, row + 1);
            for (var column = 0; column <= row; column++)
            {
                var other = hessian.AsSpan(column * stride, column + 1);
                var sum = current[column];
                for (var index = 0; index < column; index++)
                {
                    sum -= current[index] * other[index];
                }

                current[column] = column == row ? Math.Sqrt(sum) : sum / other[column];
            }
        }
    }

    /// <summary>L Lᵀ x = g, in place of g.</summary>
    private void Solve()
    {
        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column < row; column++)
            {
                gradient[row] -= hessian[(row * stride) + column] * gradient[column];
            }

            gradient[row] /= hessian[(row * stride) + row];
        }

        for (var row = size - 1; row >= 0; row--)
        {
            for (var below = row + 1; below < size; below++)
            {
                gradient[row] -= hessian[(below * stride) + row] * gradient[below];
            }

            gradient[row] /= hessian[(row * stride) + row];
        }
    }
}
