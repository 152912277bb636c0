using System.Net;
using System.Net.Sockets;

namespace DbBreaker.TestKit.Tests;

/// <summary>Sends back whatever it is sent.</summary>
internal sealed class EchoServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public EchoServer()
    {
        _listener.Start(512);
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

    private static async Task EchoAsync(Socket socket)
    {
        using (socket)
        {
            var buffer = new byte[4096];
            try
            {
                for (int length; (length = await socket.ReceiveAsync(buffer)) > 0;)
                    await socket.SendAsync(buffer.AsMemory(0, length));
            }
            catch (SocketException)
            {
                // A test reset the connection.
            }
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = EchoAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception exception)
            when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over; between two accepts that is an invalid operation.
        }
    }
}
