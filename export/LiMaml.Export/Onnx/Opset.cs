namespace LiMaml.Export.Onnx;

/// <summary>The versions that graphs are written in: the lowest that express them, so that old runtimes read them too.</summary>
internal static class Opset
{
    /// <summary>Version of the default operator set.</summary>
    public const int Version = 13;

    /// <summary>Version of the file format.</summary>
    public const int IrVersion = 7;

    /// <summary>Named in each file as what wrote it.</summary>
    public const string Producer = "LiMaml";
}
