using LiMaml.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace LiMaml.Training.Tensors;

/// <summary>Runs the network on TorchSharp, on one device and in one precision.</summary>
internal sealed class TorchAlgebra : ITensorAlgebra<Tensor>
{
    private readonly Device device;
    private readonly ScalarType precision;

    /// <param name="device">Where constants are put.</param>
    /// <param name="precision">float32 to train; float64 to check gradients.</param>
    public TorchAlgebra(Device device, ScalarType precision = ScalarType.Float32)
    {
        this.device = device;
        this.precision = precision;
        One = Constant([1f], 1);
    }

    /// <summary>True while training: dropout drops.</summary>
    public bool Training { get; set; }

    public Tensor One { get; }

    public Tensor Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        AlignedTensor.Of(values.ToArray(), shape.ToArray(), precision, device).DetachFromDisposeScope();

    public Tensor Add(Tensor a, Tensor b) => a.add(b, Scalars.Of(1));

    public Tensor Subtract(Tensor a, Tensor b) => a.sub(b);

    public Tensor Multiply(Tensor a, Tensor b) => a.mul(b);

    public Tensor Divide(Tensor a, Tensor b) => a.div(b);

    public Tensor Scale(Tensor a, double factor) => a.mul(Scalars.Of(factor));

    public Tensor MatMul(Tensor a, Tensor b) => a.matmul(b);

    public Tensor Transpose(Tensor a) => a.transpose(-1, -2);

    public Tensor Sum(Tensor a, int axis, bool keepAxis = true) => a.sum(axis, keepdim: keepAxis);

    public Tensor Max(Tensor a) => a.shape[^1] > 0
        ? a.detach().amax([-1], keepdim: true)
        : full([.. a.shape[..^1], 1], float.NegativeInfinity, dtype: a.dtype, device: a.device); // as in ONNX, where there is nothing

    public Tensor Relu(Tensor a) => a.relu();

    public Tensor Positive(Tensor a) => a.detach().gt(Scalars.Of(0)).to_type(precision);

    public Tensor AtLeast(Tensor a, Tensor b) => a.detach().ge(b).to_type(precision);

    public Tensor Sigmoid(Tensor a) => a.sigmoid();

    public Tensor Softplus(Tensor a) => nn.functional.logsigmoid(a.neg()).neg(); // softplus itself hands over temporary scalars

    public Tensor Tanh(Tensor a) => a.tanh();

    public Tensor Log1p(Tensor a) => a.log1p();

    public Tensor Exp(Tensor a) => a.exp();

    public Tensor Sqrt(Tensor a) => a.sqrt();

    public Tensor Solve(Tensor matrix, Tensor vector) => linalg.solve(matrix.detach(), vector);

    public Tensor Concatenate(IReadOnlyList<Tensor> parts) => parts.Count == 1 ? parts[0] : cat([.. parts], -1);

    public Tensor Slice(Tensor a, int start, int end) => a.narrow(-1, start, end - start);

    public Tensor Squeeze(Tensor a) => a.squeeze(-1);

    public Tensor Unsqueeze(Tensor a, int axis) => a.unsqueeze(axis);

    public Tensor Gather(Tensor table, Tensor indices)
    {
        var rows = table.index_select(0, indices.reshape(-1)); // index_select differentiates twice
        return rows.reshape([.. indices.shape, table.shape[1]]);
    }

    public Tensor IsPresent(Tensor indices) => indices.gt(Scalars.Of(0)).to_type(precision);

    public Tensor StopGradient(Tensor a) => a.detach();

    public Tensor? DropoutFactors(Tensor like, double rate) =>
        Training ? rand_like(like.detach()).ge(Scalars.Of(rate)).to_type(precision).div(Scalars.Of(1 - rate)) : null;
}
