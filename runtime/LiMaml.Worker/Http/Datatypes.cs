using LiMaml.Runtime.Serving;

namespace LiMaml.Worker.Http;

/// <summary>The protocol's names of element types.</summary>
internal static class Datatypes
{
    public const string Bytes = "BYTES";

    public static string Of(ServedKind kind) => kind switch
    {
        ServedKind.Float32 => "FP32",
        ServedKind.Int64 => "INT64",
        ServedKind.Boolean => "BOOL",
        _ => Bytes,
    };

    /// <summary>Bytes of an element whose length is fixed.</summary>
    public static int SizeOf(ServedKind kind) => kind switch
    {
        ServedKind.Float32 => sizeof(float),
        ServedKind.Int64 => sizeof(long),
        ServedKind.Boolean => sizeof(bool),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "has no fixed length"),
    };
}
