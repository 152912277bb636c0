using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace DbBreaker.TestKit.Tds;

/// <summary>
/// A small SQL Server as seen from the network: it speaks enough of TDS 7.4, without encryption, for the real client to
/// log in, query, run transactions and cancel, and does at each step what the test says. Settings take effect on the
/// next request. Use with <c>Encrypt=Optional</c>.
/// </summary>
public sealed class TdsServer : IDisposable
{
    /// <summary>The texts under which <see cref="Answer"/> sees transaction requests.</summary>
    public const string BeginTransaction = "BEGIN TRANSACTION",
        Commit = "COMMIT TRANSACTION",
        Rollback = "ROLLBACK TRANSACTION",
        Savepoint = "SAVE TRANSACTION",
        RollbackToSavepoint = "ROLLBACK TO SAVEPOINT";

    private readonly ConcurrentDictionary<TdsSession, byte> _sessions = [];
    private readonly ConcurrentQueue<string> _requests = [];
    private readonly IPEndPoint _endPoint;
    private TaskCompletionSource _awake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TcpListener? _listener;
    private int _logins;

    /// <summary>Starts listening on a free port of the loopback address.</summary>
    public TdsServer()
    {
        _awake.SetResult();
        _endPoint = new IPEndPoint(IPAddress.Loopback, 0);
        Start();
        _endPoint.Port = ((IPEndPoint)_listener!.LocalEndpoint).Port;
    }

    /// <summary>The port; it stays the same through <see cref="Stop"/> and <see cref="Start"/>.</summary>
    public int Port => _endPoint.Port;

    /// <summary>A connection string for this server; a pool of its own because the port is.</summary>
    public string ConnectionString =>
        $"Server=127.0.0.1,{Port};Database=shop;User ID={Secrets.User};Password={Secrets.Password};Encrypt=Optional;"
        + "ConnectRetryCount=0";

    /// <summary>What happens after a client connected.</summary>
    public TdsReply PreLogin { get; set; } = TdsReply.Done;

    /// <summary>What happens at a login.</summary>
    public TdsReply Login { get; set; } = TdsReply.Done;

    /// <summary>What happens to a batch, a procedure call or a transaction request.</summary>
    public Func<string, TdsReply> Answer { get; set; } = AnswerAnything;

    /// <summary>Whether a cancellation is answered.</summary>
    public bool AcknowledgesAttention { get; set; } = true;

    /// <summary>How many logins were tried.</summary>
    public int Logins => Volatile.Read(ref _logins);

    /// <summary>Everything that was asked after the login, in order.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>How many clients are connected.</summary>
    public int Connections => _sessions.Count;

    internal Task Awake => Volatile.Read(ref _awake).Task;

    /// <summary>Transactions succeed, a number after SELECT comes back, anything else has no rows.</summary>
    public static TdsReply AnswerAnything(string text) =>
        text.StartsWith("SELECT ", StringComparison.Ordinal) && int.TryParse(text.AsSpan(7), out int number)
            ? TdsReply.Scalar(number)
            : TdsReply.Done;

    /// <summary>Listens again after <see cref="Stop"/>.</summary>
    public void Start()
    {
        TcpListener listener = new(_endPoint);
        listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Start(512);
        _listener = listener;
        _ = AcceptAsync(listener);
    }

    /// <summary>Refuses new clients and resets the connected ones.</summary>
    public void Stop()
    {
        _listener?.Stop();
        _listener = null;
        HangUp();
    }

    /// <summary>Resets the connected clients.</summary>
    public void HangUp()
    {
        foreach (TdsSession session in _sessions.Keys) session.HangUp();
    }

    /// <summary>Nothing is answered any more; connections stay and new ones are taken by the system.</summary>
    public void Freeze()
    {
        if (Awake.IsCompleted) _awake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Everything asked meanwhile is answered now.</summary>
    public void Thaw() => _awake.TrySetResult();

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        Thaw();
    }

    internal void CountLogin() => Interlocked.Increment(ref _logins);

    internal TdsReply Ask(string text)
    {
        _requests.Enqueue(text);
        return Answer(text);
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                TdsSession session = new(this, await listener.AcceptSocketAsync());
                _sessions[session] = 0;
                _ = RunAsync(session);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task RunAsync(TdsSession session)
    {
        await session.RunAsync();
        _sessions.TryRemove(session, out _);
    }
}
