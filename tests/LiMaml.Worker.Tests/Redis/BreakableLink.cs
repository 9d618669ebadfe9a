using System.Net;
using System.Net.Sockets;

namespace LiMaml.Worker.Tests.Redis;

/// <summary>A way to a server that can be broken and mended: passes bytes from a port of its own on.</summary>
internal sealed class BreakableLink : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly string host;
    private readonly int port;
    private readonly Lock state = new();
    private readonly List<TcpClient> open = [];
    private readonly Task accepting;
    private bool broken;

    public BreakableLink(string address)
    {
        var parts = address.Split(':');
        (host, port) = (parts[0], int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>host:port of this end.</summary>
    public string Address => listener.LocalEndpoint.ToString()!;

    /// <summary>Cuts every connection, and every new one at once.</summary>
    public void Break()
    {
        lock (state)
        {
            broken = true;
            open.ForEach(client => client.Dispose());
            open.Clear();
        }
    }

    /// <summary>Lets connections through again.</summary>
    public void Mend()
    {
        lock (state)
        {
            broken = false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        Break();
        await accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = PassAsync(await listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // stopped
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using var server = new TcpClient();
        try
        {
            lock (state)
            {
                open.AddRange([client, server]);
                ObjectDisposedException.ThrowIf(broken, client);
            }

            await server.ConnectAsync(host, port);
            await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream()), server.GetStream().CopyToAsync(client.GetStream()));
        }
        catch (Exception fault) when (fault is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // broken
        }
        finally
        {
            client.Dispose();
        }
    }
}
