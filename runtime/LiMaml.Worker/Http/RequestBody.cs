using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using LiMaml.Models;

namespace LiMaml.Worker.Http;

/// <summary>A request's body from front to back: the JSON, then the binary contents of its tensors, never all in memory at once.</summary>
/// <param name="body">Where it comes from.</param>
/// <param name="cancellation">Ends reading.</param>
internal sealed class RequestBody(PipeReader body, CancellationToken cancellation)
{
    private const int FirstBytes = 1 << 14;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The next <paramref name="count"/> bytes, or all there are where null.</summary>
    /// <exception cref="InvalidInputException">There are fewer.</exception>
    public async ValueTask<PooledBuffer> ReadAsync(int? count)
    {
        // What a request says of its size costs nothing before the bytes are there.
        var buffer = new PooledBuffer(Math.Min(count ?? FirstBytes, FirstBytes));
        try
        {
            while (buffer.Length != count && await ReadSomeAsync(buffer, count - buffer.Length ?? int.MaxValue, count))
            {
            }

            return buffer;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    /// <summary>Fills memory with the next bytes.</summary>
    /// <param name="memory">Gives the memory, the same at each call.</param>
    /// <param name="source">Handed to <paramref name="memory"/>.</param>
    /// <param name="bytes">How many.</param>
    /// <exception cref="InvalidInputException">There are fewer.</exception>
    public async ValueTask FillAsync<T>(SpanOf<T> memory, T source, int bytes)
    {
        for (var filled = 0; filled < bytes;)
        {
            var read = await body.ReadAsync(cancellation);
            var part = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, bytes - filled));
            part.CopyTo(memory(source)[filled..]);
            filled += (int)part.Length;
            body.AdvanceTo(part.End);
            Require(filled == bytes || !read.IsCompleted, "fewer bytes");
        }
    }

    /// <summary>Reads strings, each behind its length in four bytes, little-endian.</summary>
    /// <param name="name">The input.</param>
    /// <param name="count">How many strings.</param>
    /// <param name="bytes">Of all of them and their lengths.</param>
    /// <exception cref="InvalidInputException">They are not that many or that long, or not UTF-8.</exception>
    public async ValueTask<string[]> ReadTextAsync(string name, int count, int bytes)
    {
        using var buffer = await ReadAsync(bytes);
        return Parse(name, buffer.Written.Span, count);
    }

    /// <summary>Checks that nothing is left.</summary>
    /// <exception cref="InvalidInputException">There is.</exception>
    public async ValueTask EndAsync()
    {
        var read = await body.ReadAsync(cancellation);
        Require(read.Buffer.IsEmpty, "more bytes");
        body.AdvanceTo(read.Buffer.End);
    }

    private async ValueTask<bool> ReadSomeAsync(PooledBuffer target, int most, int? count)
    {
        var read = await body.ReadAsync(cancellation);
        var part = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, most));
        part.CopyTo(target.GetSpan((int)part.Length));
        target.Advance((int)part.Length);
        body.AdvanceTo(part.End);
        Require(!read.IsCompleted || count is null || target.Length == count, "fewer bytes");
        return !read.IsCompleted;
    }

    private static string[] Parse(string name, ReadOnlySpan<byte> bytes, int count)
    {
        var texts = new string[count];
        for (var index = 0; index < count; index++)
        {
            var length = bytes.Length < sizeof(uint) ? -1L : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            RequireText(length >= 0 && length <= bytes.Length - sizeof(uint), name, "an element that ends behind them");
            texts[index] = Decode(name, bytes.Slice(sizeof(uint), (int)length));
            bytes = bytes[(sizeof(uint) + (int)length)..];
        }

        RequireText(bytes.IsEmpty, name, $"{bytes.Length} bytes behind the last element");
        return texts;
    }

    private static string Decode(string name, ReadOnlySpan<byte> text)
    {
        try
        {
            return Utf8.GetString(text);
        }
        catch (DecoderFallbackException error)
        {
            throw new InvalidInputException($"input '{name}': its text is not UTF-8", error);
        }
    }

    private static void Require(bool holds, string found)
    {
        if (!holds)
        {
            throw new InvalidInputException("body", found, "the JSON's length plus all binary_data_size");
        }
    }

    private static void RequireText(bool holds, string name, string found)
    {
        if (!holds)
        {
            throw new InvalidInputException($"input '{name}', binary data", found, "elements, each behind its length in 4 bytes");
        }
    }
}

/// <summary>Memory that <paramref name="source"/> owns.</summary>
internal delegate Span<byte> SpanOf<in T>(T source);
