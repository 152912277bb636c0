using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace DbBreaker.TestKit;

/// <summary>
/// A TCP proxy inside the test's process that can delay, silence, reset and refuse, on any machine and without rights.
/// </summary>
/// <remarks>
/// Thread safe. It runs on the thread pool: a test that starves the pool starves the proxy too and should talk to the
/// server directly. Each direction of a connection holds at most 1 MiB; beyond that the sender is held back.
/// </remarks>
public sealed class FaultProxy : IAsyncDisposable
{
    private const int Backlog = 512;

    private readonly ConcurrentDictionary<ProxyLink, byte> _links = new();
    private readonly Lock _listening = new();
    private readonly ProxyTrigger _trigger = new();
    private volatile TaskCompletionSource _open = Opened();
    private Socket? _listener;
    private int _accepted;

    private FaultProxy(string targetHost, int targetPort, TimeProvider clock)
    {
        TargetHost = targetHost;
        TargetPort = targetPort;
        Clock = clock;
        Listen();
    }

    /// <summary>Where clients connect: the loopback address.</summary>
    public string Host { get; } = IPAddress.Loopback.ToString();

    /// <summary>The port that clients connect to; the same for the proxy's whole life.</summary>
    public int Port { get; private set; }

    /// <summary>Added to everything a client sends; zero unless set. Applies to what is sent from then on.</summary>
    public TimeSpan LatencyToServer { get; set; }

    /// <summary>Added to everything the server sends; zero unless set. Applies to what is sent from then on.</summary>
    public TimeSpan LatencyToClient { get; set; }

    /// <summary>Connections accepted since the start.</summary>
    public int ConnectionsAccepted => Volatile.Read(ref _accepted);

    /// <summary>Connections that are open now.</summary>
    public int ActiveConnections => _links.Count;

    internal string TargetHost { get; }

    internal int TargetPort { get; }

    internal TimeProvider Clock { get; }

    internal ProxyTrigger Trigger => _trigger;

    /// <summary>Completes when nothing is silenced.</summary>
    internal Task WhenOpen => _open.Task;

    /// <summary>Listens on a free loopback port and forwards to the target.</summary>
    /// <param name="targetHost">The server's name or address.</param>
    /// <param name="targetPort">The server's port.</param>
    /// <param name="timeProvider">The clock of the latencies; the system's unless given.</param>
    public static FaultProxy Start(string targetHost, int targetPort, TimeProvider? timeProvider = null) =>
        new(targetHost, targetPort, timeProvider ?? TimeProvider.System);

    /// <summary>
    /// From now on nothing is forwarded in either direction and nothing is closed; new connections are accepted and
    /// hear nothing. What is sent meanwhile is held, as a network's retransmissions would, until <see cref="Resume"/>.
    /// </summary>
    public void Silence()
    {
        if (_open.Task.IsCompleted)
            _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Ends <see cref="Silence"/>: what was held arrives now.</summary>
    public void Resume() => _open.TrySetResult();

    /// <summary>Closes the port: new connections are refused. Those that are open go on.</summary>
    public void RefuseNew()
    {
        lock (_listening)
        {
            _listener?.Dispose();
            _listener = null;
        }
    }

    /// <summary>Ends <see cref="RefuseNew"/>, on the same port.</summary>
    public void AcceptNew()
    {
        lock (_listening)
        {
            if (_listener is null)
                Listen();
        }
    }

    /// <summary>Resets every open connection on both sides: the peers see ECONNRESET.</summary>
    public void ResetAll()
    {
        foreach (var link in _links.Keys)
            link.Reset();
    }

    /// <summary>Closes every open connection on both sides in order: the peers see the end of the stream.</summary>
    public void CloseAll()
    {
        foreach (var link in _links.Keys)
            link.Close();
    }

    /// <summary>
    /// Arms a reset in the middle of an answer: once the server has sent <paramref name="bytes"/> more bytes, over all
    /// connections, exactly those are delivered and the connection that carried the last one is reset.
    /// </summary>
    /// <returns>Completes when it happened. It happens once; arming again replaces what was armed.</returns>
    public Task ResetAfterBytes(long bytes) => _trigger.Arm(bytes);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        RefuseNew();
        Resume();
        ResetAll();
        return ValueTask.CompletedTask;
    }

    internal void Remove(ProxyLink link) => _links.TryRemove(link, out _);

    private static TaskCompletionSource Opened()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }

    private void Listen()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, Port));
            listener.Listen(Backlog);
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        _listener = listener;
        _ = Task.Run(() => AcceptAsync(listener));
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptAsync();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // The port was closed; there is nothing to accept on it any more.
                return;
            }

            Interlocked.Increment(ref _accepted);
            var link = new ProxyLink(this, client);
            _links.TryAdd(link, 0);
            _ = Task.Run(link.RunAsync);
        }
    }
}
