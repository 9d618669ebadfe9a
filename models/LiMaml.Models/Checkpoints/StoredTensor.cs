namespace LiMaml.Models.Checkpoints;

/// <summary>A tensor in a safetensors file, read when it is asked for.</summary>
/// <param name="Path">The file, absolute.</param>
/// <param name="Type">Element type.</param>
/// <param name="Axes">Sizes of the axes.</param>
/// <param name="Offset">Where its elements begin, in bytes from the file's beginning.</param>
/// <param name="ByteCount">Size of all elements.</param>
public sealed record StoredTensor(string Path, string Type, IReadOnlyList<long> Axes, long Offset, long ByteCount) : ITensorContents
{
    /// <inheritdoc/>
    /// <exception cref="InvalidInputException">The file was changed since it was opened.</exception>
    public void Visit(TensorPiece piece)
    {
        ArgumentNullException.ThrowIfNull(piece);
        using var stream = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        Expect.That(stream.Length >= Offset + ByteCount, Path, $"{stream.Length} bytes", $"at least {Offset + ByteCount}, as when it was opened");
        stream.Position = Offset;
        var buffer = new byte[(int)Math.Min(ByteCount, TensorTypes.PieceBytes)];
        for (var left = ByteCount; left > 0;)
        {
            var bytes = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
            stream.ReadExactly(bytes);
            piece(bytes);
            left -= bytes.Length;
        }
    }
}
