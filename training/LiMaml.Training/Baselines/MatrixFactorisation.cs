namespace LiMaml.Training.Baselines;

/// <summary>
/// logit = w + p_task · q_item + b_task + b_item under cross-entropy and L2, by alternation: given one side, the other side's
/// problems are small convex ones, and each takes one Newton step a round. Tasks and items without rows stay at zero.
/// </summary>
internal sealed class MatrixFactorisation
{
    private const int RefittingSteps = 6;
    private const double InitialDeviation = 0.2;
    private readonly BaselineRows rows;
    private readonly FactorisationOptions options;
    private readonly int threads;
    private readonly Side tasks;
    private readonly Side items;
    private double intercept;

    private MatrixFactorisation(BaselineRows rows, FactorisationOptions options, int threads, Side tasks, Side items, double intercept)
    {
        this.rows = rows;
        this.options = options;
        this.threads = threads;
        this.tasks = tasks;
        this.items = items;
        this.intercept = intercept;
    }

    /// <summary>Fits all of it.</summary>
    /// <param name="rows">The data.</param>
    /// <param name="itemKeys">Each row's item; 0 is 'unknown', which learns nothing.</param>
    /// <param name="itemCount">More than the largest item.</param>
    /// <param name="fitted">Positions of the rows to fit to, oldest first; no other is looked at.</param>
    /// <param name="options">How.</param>
    /// <param name="threads">Threads; the result does not depend on them.</param>
    /// <param name="afterRound">Told after each round; false ends the fitting.</param>
    public static MatrixFactorisation Fit(
        BaselineRows rows, int[] itemKeys, int itemCount, int[] fitted, FactorisationOptions options, int threads, Func<MatrixFactorisation, bool>? afterRound = null)
    {
        var width = options.Dimensions + 1;
        var tasks = new Side(rows.Tasks, new double[rows.TaskCount * width], 0);
        var items = new Side(itemKeys, InitialItems(itemCount, options), 1);
        var model = new MatrixFactorisation(rows, options, threads, tasks, items, LogOdds(rows, fitted));
        var (byTask, byItem) = (new KeyGroups(tasks.Keys, rows.TaskCount, fitted), new KeyGroups(itemKeys, itemCount, fitted));
        for (var round = 0; round < options.Rounds; round++)
        {
            model.StepEach(tasks, items, options.Tasks, byTask, 1);
            model.StepEach(items, tasks, options.Items, byItem, 1);
            model.StepIntercept(fitted);
            if (afterRound?.Invoke(model) == false)
            {
                break;
            }
        }

        return model;
    }

    /// <summary>The same items with each task fitted anew, from zero, to other rows.</summary>
    public MatrixFactorisation WithTasksFittedTo(int[] fitted)
    {
        var anew = tasks with { Vectors = new double[tasks.Vectors.Length] };
        var model = new MatrixFactorisation(rows, options, threads, anew, items, intercept);
        model.StepEach(anew, items, options.Tasks, new KeyGroups(anew.Keys, rows.TaskCount, fitted), RefittingSteps);
        return model;
    }

    /// <summary>The logit of a row, by its position.</summary>
    public double Score(int row)
    {
        var task = VectorOf(tasks, row);
        var item = VectorOf(items, row);
        var logit = intercept + task[^1] + item[^1];
        for (var index = 0; index < task.Length - 1; index++)
        {
            logit += task[index] * item[index];
        }

        return logit;
    }

    private static double[] InitialItems(int count, FactorisationOptions options)
    {
        var random = new Random(options.Seed);
        var vectors = new double[count * (options.Dimensions + 1)];
        for (var index = options.Dimensions + 1; index < vectors.Length; index++) // 'unknown' stays at zero
        {
            var isBias = index % (options.Dimensions + 1) == options.Dimensions;
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            vectors[index] = isBias ? 0 : InitialDeviation * normal;
        }

        return vectors;
    }

    private static double LogOdds(BaselineRows rows, int[] fitted)
    {
        double weight = 1, positive = 0.5;
        foreach (var row in fitted)
        {
            weight += rows.Weights[row];
            positive += rows.Weights[row] * rows.Labels[row];
        }

        return Math.Log(positive / (weight - positive));
    }

    private Span<double> VectorOf(Side side, int row) => side.Vectors.AsSpan(side.Keys[row] * (options.Dimensions + 1), options.Dimensions + 1);

    private void StepEach(Side moving, Side fixedSide, SideOptions how, KeyGroups groups, int steps)
    {
        var decay = Enumerable.Range(0, groups.LargestCount).Select(age => Math.Pow(2, -age / how.HalfLife)).ToArray();
        Parallel.For(
            moving.FirstKey,
            groups.Count,
            new ParallelOptions { MaxDegreeOfParallelism = threads },
            () => new NewtonSystem(options.Dimensions + 1),
            (key, _, system) =>
            {
                for (var step = 0; step < steps && groups[key].Length > 0; step++)
                {
                    Step(moving, fixedSide, how, groups[key], decay, system);
                }

                return system;
            },
            _ => { });
    }

    private void Step(Side moving, Side fixedSide, SideOptions how, ReadOnlySpan<int> group, double[] decay, NewtonSystem system)
    {
        Span<double> x = stackalloc double[system.Stride];
        x.Clear();
        system.Clear();
        var total = 0.0;
        for (var index = 0; index < group.Length; index++)
        {
            var weight = rows.Weights[group[index]] * decay[group.Length - 1 - index];
            VectorOf(fixedSide, group[index])[..^1].CopyTo(x);
            x[options.Dimensions] = 1;
            system.Add(x, Score(group[index]), rows.Labels[group[index]], weight);
            total += weight;
        }

        Span<double> strengths = stackalloc double[options.Dimensions + 1];
        strengths.Fill(how.VectorStrength + (how.VectorStrengthPerRow * total));
        strengths[^1] = how.BiasStrength + (how.BiasStrengthPerRow * total);
        system.Step(VectorOf(moving, group[0]), strengths);
    }

    private void StepIntercept(int[] fitted)
    {
        double gradient = 0, curvature = 1;
        foreach (var row in fitted)
        {
            var probability = 1 / (1 + Math.Exp(-Score(row)));
            gradient += rows.Weights[row] * (rows.Labels[row] - probability);
            curvature += rows.Weights[row] * probability * (1 - probability);
        }

        intercept += gradient / curvature;
    }

    /// <summary>One side: each row's key, and for each key its vector, then its bias; keys below the first learn nothing.</summary>
    private sealed record Side(int[] Keys, double[] Vectors, int FirstKey);
}
