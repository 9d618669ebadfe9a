namespace LiMaml.Export;

/// <summary>
/// Which runtimes graphs are written for. It decides opset, IR version and choice of operators, never what is computed: inputs,
/// outputs, names and the bundle id are those of every other profile.
/// </summary>
public enum ExportProfile
{
    /// <summary>
    /// Opset 13, IR 7: ONNX Runtime from 1.6 in all its builds (also onnxruntime-web and -node), Triton, OpenVINO, TensorRT
    /// from 8, the onnx package from 1.8.
    /// </summary>
    Default,

    /// <summary>
    /// Opset 9, IR 4, axes as attributes: what <see cref="Default"/> names, and older. Where the global block reads numbers alone
    /// (dense and vector features), <c>global</c> keeps to operators that small runtimes have, such as OpenCV's dnn module 4.6.
    /// </summary>
    Widest,

    /// <summary>Opset 26, IR 13, the newest that ONNX Runtime 1.31 takes: for toolchains that drop old versions. The operators are those of <see cref="Default"/>.</summary>
    Latest,
}
