using Google.Protobuf;
using LiMaml.Export.Onnx;
using LiMaml.Models;

namespace LiMaml.Export.Graphs;

/// <summary>Reads model files of any origin.</summary>
internal static class OnnxFile
{
    private const int DeepestNesting = 100; // messages in messages; a subgraph in a subgraph is four of them

    /// <summary>The message in a file. Constants in other files are not looked for.</summary>
    /// <exception cref="InvalidInputException">There is no such file, or it is not an ONNX model, or only a part of one.</exception>
    public static ModelProto Read(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new InvalidInputException(path, "no file", "an ONNX model");
        }

        if (file.Length > int.MaxValue)
        {
            throw new InvalidInputException(path, $"{file.Length} bytes", "an ONNX model, which ends at 2 GiB: larger constants lie in files beside it");
        }

        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            using var message = CodedInputStream.CreateWithLimits(stream, int.MaxValue, DeepestNesting);
            var model = ModelProto.Parser.ParseFrom(message);
            return model is { IrVersion: > 0, Graph: not null }
                ? model
                : throw new InvalidInputException(path, "a message without IR version or graph", "an ONNX model");
        }
        catch (InvalidProtocolBufferException fault)
        {
            throw new InvalidInputException($"{path}: not an ONNX model, or only a part of one: {fault.Message}", fault);
        }
    }
}
