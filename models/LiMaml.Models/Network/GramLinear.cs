namespace LiMaml.Models.Network;

/// <summary>
/// An adapted layer as products of samples with samples. After some steps the weights are θ + Σₛ xₛᵀ dₛ, with xₛ the
/// layer's inputs at step s and dₛ the scaled errors, so u·W = u·θ + Σₛ (u·xₛᵀ) dₛ, and the bias adds 1 to every product.
/// </summary>
/// <param name="algebra">Runs or records the operations.</param>
/// <param name="origin">θ.</param>
/// <param name="history">xₛ [tasks, support, inputs] and dₛ [tasks, support, outputs], oldest first.</param>
internal sealed class GramLinear<T>(ITensorAlgebra<T> algebra, SharedLinear<T> origin, IReadOnlyList<GramLinear<T>.Moment> history) : LinearLayer<T>
    where T : class
{
    public override bool HasBias => origin.HasBias;

    public override T Forward(T x)
    {
        var sum = origin.Forward(x);
        foreach (var moment in history)
        {
            sum = algebra.Add(sum, algebra.MatMul(moment.Products(algebra, x, origin.Bias is not null), moment.Errors));
        }

        return sum;
    }

    public override T Backward(T delta)
    {
        var sum = origin.Backward(delta);
        foreach (var moment in history)
        {
            var products = algebra.MatMul(delta, algebra.Transpose(moment.Errors)); // [tasks, rows, support]
            sum = algebra.Add(sum, algebra.MatMul(products, moment.Inputs));
        }

        return sum;
    }

    /// <remarks>Sizes of single numbers have no Gram form: layers that have them are kept as weights.</remarks>
    public override LinearLayer<T> Step(T x, T movement, T? keep, StepSizes<T>? sizes)
    {
        var next = new List<Moment>();
        var merged = false;
        foreach (var moment in history)
        {
            var kept = keep is null ? moment.Errors : algebra.Multiply(moment.Errors, keep);
            var same = ReferenceEquals(moment.Inputs, x); // the first layer's inputs never change: one moment holds all its steps
            merged |= same;
            next.Add(moment.With(same ? algebra.Add(kept, movement) : kept));
        }

        if (!merged)
        {
            next.Add(new Moment(x, movement));
        }

        return new GramLinear<T>(algebra, origin, next);
    }

    public override LinearLayer<T> Rebase(LinearLayer<T> origin) =>
        new GramLinear<T>(algebra, (SharedLinear<T>)origin, [.. history.Select(moment => moment.With(moment.Errors))]);

    public override T SquaredGradient(T x, T delta) => origin.SquaredGradient(x, delta);

    /// <summary>The inputs and scaled errors of a step, and the products of the inputs with those last asked for.</summary>
    internal sealed class Moment(T inputs, T errors, T? factor = null, T? products = null)
    {
        private T? factor = factor;
        private T? products = products;

        public T Inputs => inputs;

        public T Errors => errors;

        public Moment With(T newErrors) => new(inputs, newErrors, factor, products);

        public T Products(ITensorAlgebra<T> algebra, T x, bool bias)
        {
            if (products is null || !ReferenceEquals(factor, x))
            {
                var product = algebra.MatMul(x, algebra.Transpose(inputs)); // [tasks, rows, support]
                products = bias ? algebra.Add(product, algebra.One) : product;
                factor = x;
            }

            return products;
        }
    }
}
