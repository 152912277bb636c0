using System.Net;
using System.Net.Sockets;

namespace DbBreaker.TestKit;

/// <summary>
/// Ports that a server keeps over its restarts: below the range that the kernel hands to outgoing connections, so that
/// none of them takes the port while the server is down.
/// </summary>
internal static class FreePort
{
    private const int Lowest = 15_000;
    private const int Highest = 31_999;
    private const int Attempts = 200;

    public static int Next()
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var port = Random.Shared.Next(Lowest, Highest + 1);
            if (IsFree(IPAddress.Any, port))
                return port;
        }

        throw new InvalidOperationException($"No free port between {Lowest} and {Highest} in {Attempts} attempts.");
    }

    private static bool IsFree(IPAddress address, int port)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.ExclusiveAddressUse = true;
            socket.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
