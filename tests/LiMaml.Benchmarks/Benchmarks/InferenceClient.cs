using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LiMaml.Benchmarks.Benchmarks;

/// <summary>Sends the same request over and over on one connection, at next to no cost of its own: client and server share the processors here.</summary>
internal sealed class InferenceClient : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] request;
    private readonly byte[] response = new byte[1 << 20];

    internal InferenceClient(Uri server, string path, byte[] json, byte[] binary)
    {
        socket.Connect(IPAddress.Loopback, server.Port);
        var head = string.Create(CultureInfo.InvariantCulture,
            $"POST /{path} HTTP/1.1\r\nHost: {server.Authority}\r\nContent-Type: application/octet-stream\r\nInference-Header-Content-Length: {json.Length}\r\nContent-Length: {json.Length + binary.Length}\r\n\r\n");
        request = [.. Encoding.ASCII.GetBytes(head), .. json, .. binary];
    }

    /// <summary>One request and its whole response, which must be a success.</summary>
    internal void Call()
    {
        for (var sent = 0; sent < request.Length;)
        {
            sent += socket.Send(request.AsSpan(sent));
        }

        var (received, needed) = (0, int.MaxValue);
        while (received < needed)
        {
            received += socket.Receive(response.AsSpan(received)) is var bytes and > 0 ? bytes : throw new IOException("the server closed the connection");
            needed = needed == int.MaxValue ? Length(response.AsSpan(0, received)) : needed;
        }
    }

    public void Dispose() => socket.Dispose();

    private static int Length(ReadOnlySpan<byte> response)
    {
        var end = response.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return int.MaxValue;
        }

        var head = Encoding.ASCII.GetString(response[..end]);
        var lines = head.Split("\r\n");
        return lines[0].Contains(" 200 ", StringComparison.Ordinal)
            ? end + 4 + int.Parse(lines.Single(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Split(':')[1], CultureInfo.InvariantCulture)
            : throw new IOException(Encoding.UTF8.GetString(response));
    }
}
