namespace LiMaml.Models.Network.Sequences;

/// <summary>When the support samples of each task came.</summary>
/// <param name="Positions">1 for a task's oldest sample, counting up; 0 pads [tasks, support, 1].</param>
/// <param name="Elapsed">Days since the task's sample before it in the support; 0 for the oldest [tasks, support, 1].</param>
internal sealed record SupportTimes<T>(T Positions, T Elapsed)
    where T : class;

/// <summary>The support of each task as a sequence of tokens, before any layer.</summary>
/// <param name="Tokens">
/// Of each sample its own meta features, and the features and the label of the one before it [tasks, support, inputs].
/// </param>
/// <param name="Bias">0 where a sample (second axis) may see another (third): itself and what came before [tasks, support, support].</param>
/// <param name="Last">What a token says of the sample before, for rows after the whole support [tasks, 1, inputs of that].</param>
/// <param name="BiasAfter">0 for the samples that such rows see: all that have weight [tasks, 1, support].</param>
internal sealed record TaskSequence<T>(T Tokens, T Bias, T Last, T BiasAfter)
    where T : class;

/// <summary>
/// Makes tokens. A sample's token joins its meta features with the features and label of the sample before it and the time between
/// them, so that no token has its own sample's label; samples without weight are passed over.
/// </summary>
/// <typeparam name="T">The algebra's tensors.</typeparam>
/// <param name="algebra">Runs or records the operations.</param>
/// <param name="encoder">Of the features of earlier samples, in the inputs of support samples.</param>
internal sealed class SequenceTokens<T>(ITensorAlgebra<T> algebra, FeatureEncoder<T> encoder)
    where T : class
{
    private T? nothing;

    // exp(−1e9) is 0 in any precision, and scores stay finite beside it
    private const double Unseen = 1e9;

    /// <summary>The support as a sequence, whatever the order of its samples in the tensors.</summary>
    /// <param name="meta">Encoded meta features [tasks, support, width].</param>
    /// <param name="inputs">Features of the samples by input name [tasks, support, width].</param>
    /// <param name="labels">[tasks, support, 1].</param>
    /// <param name="weights">[tasks, support, 1].</param>
    /// <param name="times">When they came.</param>
    public TaskSequence<T> Of(T meta, IReadOnlyDictionary<string, T> inputs, T labels, T weights, SupportTimes<T> times)
    {
        var present = algebra.Positive(weights); // [tasks, support, 1]
        var evidence = algebra.Multiply(algebra.Concatenate([.. encoder.Numbers(inputs), .. encoder.LearnedVectors(inputs), labels, present]), present); // the last column says 'there is one'
        var gaps = algebra.Subtract(times.Positions, algebra.Transpose(times.Positions)); // [tasks, support, support]: how much newer a row's sample is than a column's
        var count = algebra.Sum(algebra.Positive(times.Positions), 1); // [tasks, 1, 1]
        var presentColumns = algebra.Transpose(present); // [tasks, 1, support]
        var before = algebra.MatMul(Between(gaps, 0.5, 1.5), evidence);
        var last = algebra.MatMul(algebra.Transpose(Between(algebra.Subtract(times.Positions, count), -0.5, 0.5)), evidence);
        var itself = Between(gaps, -0.5, 0.5);
        var older = algebra.Multiply(Above(gaps, 0.5), presentColumns);
        return new TaskSequence<T>(
            algebra.Concatenate([meta, before, algebra.Log1p(times.Elapsed)]),
            Bias(algebra.Add(older, itself)),
            last,
            Bias(presentColumns));
    }

    /// <summary>Tokens of rows that come after the support at no distance [tasks, rows, inputs]; without a support, nothing was before.</summary>
    /// <param name="meta">Encoded meta features [tasks, rows, width].</param>
    /// <param name="sequence">The support; null for none.</param>
    public T After(T meta, TaskSequence<T>? sequence)
    {
        var zero = algebra.Scale(algebra.Slice(meta, 0, 1), 0); // [tasks, rows, 1]
        var before = algebra.Add(zero, sequence?.Last ?? Nothing);
        return algebra.Concatenate([meta, before, zero]);
    }

    /// <summary>Numbers of the features of a sample.</summary>
    public required int FeatureWidth { get; init; }

    private T Nothing => nothing ??= algebra.Constant(new float[FeatureWidth + 2], 1, 1, FeatureWidth + 2);

    private T Bias(T seen) => algebra.Scale(algebra.Subtract(seen, algebra.One), Unseen);

    private T Above(T values, double bound) => algebra.Positive(algebra.Subtract(values, algebra.Scale(algebra.One, bound)));

    private T Between(T values, double from, double to) =>
        algebra.Multiply(Above(values, from), algebra.Positive(algebra.Subtract(algebra.Scale(algebra.One, to), values)));
}
