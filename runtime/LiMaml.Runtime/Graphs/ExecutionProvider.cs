namespace LiMaml.Runtime.Graphs;

/// <summary>What executes a graph's operations.</summary>
public enum ExecutionProvider
{
    /// <summary>ONNX Runtime's own kernels; always there.</summary>
    Cpu,

    /// <summary>CUDA kernels.</summary>
    Cuda,

    /// <summary>TensorRT engines, CUDA for what they do not cover.</summary>
    TensorRt,
}
