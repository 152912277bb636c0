using System.Net;
using System.Net.Sockets;

namespace DbBreaker.TestKit;

/// <summary>
/// A loopback address whose TCP connects never complete, as behind a firewall that drops: a listener that accepts
/// nobody, with its backlog full, so that the kernel drops every further SYN. Linux only.
/// </summary>
public sealed class SynBlackhole : IDisposable
{
    private const int FillersMax = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _fillers = [];

    private SynBlackhole()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(0);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
    }

    /// <summary>The loopback address.</summary>
    public string Host { get; } = IPAddress.Loopback.ToString();

    /// <summary>The port that swallows connects.</summary>
    public int Port { get; }

    /// <summary>Opens the hole; returns once a connect was seen not to complete.</summary>
    /// <exception cref="PlatformNotSupportedException">The kernel completed every connect.</exception>
    public static async Task<SynBlackhole> OpenAsync(CancellationToken cancellationToken = default)
    {
        var hole = new SynBlackhole();
        try
        {
            for (var count = 0; count < FillersMax; count++)
            {
                var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                hole._fillers.Add(filler);
                var connect = filler.ConnectAsync(IPAddress.Loopback, hole.Port, cancellationToken).AsTask();
                if (await Task.WhenAny(connect, Task.Delay(Patience, cancellationToken)) != connect)
                {
                    // Disposal ends the pending connect with an error that nobody else looks at.
                    _ = connect.ContinueWith(task => task.Exception, TaskScheduler.Default);
                    return hole;
                }

                await connect;
            }

            throw new PlatformNotSupportedException($"{FillersMax} connects completed on a listener with no backlog.");
        }
        catch
        {
            hole.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var filler in _fillers)
            filler.Dispose();
        _listener.Dispose();
    }
}
