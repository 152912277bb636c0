using System.Data;
using DbBreaker.Data;

namespace DbBreaker.Tests;

/// <summary>A connection under a guard, whose driver does what a test says.</summary>
internal sealed class SessionBench
{
    public SessionBench(GuardBench bench, bool announcesCloses = true)
    {
        Bench = bench;
        Session = new ConnectionSession(Connection, bench.Guard) { AnnouncesCloses = announcesCloses };
    }

    public GuardBench Bench { get; }

    public PlainConnection Connection { get; } = new();

    public ConnectionSession Session { get; }

    public async Task OpenAsync(bool isAsync)
    {
        if (isAsync) await Session.BeforeOpenAsync(CancellationToken.None);
        else Session.BeforeOpen();
        Connection.Open();
        Session.Opened();
    }

    public void Open()
    {
        Session.BeforeOpen();
        Connection.Open();
        Session.Opened();
    }

    /// <summary>A first use without evidence: from here on the session watches the connection.</summary>
    public void Use() => Session.Cancelled(Session.BeforeUngated());

    public async Task<OperationStamp> BeginAsync(bool isAsync) =>
        isAsync ? await Session.BeforeCommandAsync(CancellationToken.None) : Session.BeforeCommand();

    public void Run() => Session.Succeeded(Session.BeforeCommand());

    public void Fail(Exception exception) => Session.Failed(Session.BeforeCommand(), exception, DbPhase.Executing);

    public void Close()
    {
        Session.Closing();
        Connection.Close();
        Session.Closed();
    }

    /// <summary>The connection goes away by itself.</summary>
    public void Fall(ConnectionState to = ConnectionState.Closed) => Connection.Become(to);
}
