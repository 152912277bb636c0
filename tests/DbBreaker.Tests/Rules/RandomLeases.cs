using System.Runtime.CompilerServices;
using DbBreaker.Data;

namespace DbBreaker.Tests.Rules;

/// <summary>One thread of callers that do everything callers do, and everything they should not.</summary>
internal sealed class RandomLeases(DbGuard guard, Random random, Action tick)
{
    private const int StepsPerTick = 200;
    private const int MostHeld = 12;
    private readonly List<DbGuardLease> _held = [];
    private readonly List<(Task<DbGuardLease> Task, CancellationTokenSource Cancel)> _waiting = [];
    private readonly List<(ConnectionSession Session, PlainConnection Connection)> _open = [];

    /// <summary>How often a lease was really had.</summary>
    public int Acquired { get; private set; }

    public void Run(int operations)
    {
        for (int i = 1; i <= operations; i++)
        {
            Step(random.Next(1_000));
            if (i % StepsPerTick == 0) tick();
        }
    }

    /// <summary>Gives back all that is still in hand.</summary>
    public void Finish()
    {
        foreach ((Task<DbGuardLease> task, CancellationTokenSource cancel) in _waiting)
        {
            cancel.Cancel();
            Settle(task);
            cancel.Dispose();
        }

        foreach (DbGuardLease lease in _held) lease.Dispose();
        foreach ((ConnectionSession session, PlainConnection connection) in _open) Close(session, connection);
        _waiting.Clear();
        _held.Clear();
        _open.Clear();
    }

    private void Step(int dice)
    {
        switch (dice)
        {
            case < 500: Acquire(); break;
            case < 900: Release(); break;
            case < 920: Wait(); break;
            case < 940: StopWaiting(); break;
            case < 960: Open(); break;
            case < 975: Use(); break;
            case < 985: CloseOne(); break;
            case < 990: Leak(); break;
            case < 992: Reconfigure(); break;
            case 992: guard.Isolate("at random"); break;
            case < 996: guard.Reset(); break;
            default: BreakSome(); break;
        }
    }

    private void Acquire()
    {
        if (_held.Count >= MostHeld || !guard.TryAcquire(out DbGuardLease lease)) return;
        _held.Add(lease);
        Acquired++;
    }

    private void Release()
    {
        if (_held.Count == 0) return;
        int index = random.Next(_held.Count);
        DbGuardLease lease = _held[index];
        _held.RemoveAt(index);
        switch (random.Next(20))
        {
            case < 15: lease.ReportSuccess(); break;
            case 15: lease.ReportFailure(new IOException("gone"), DbPhase.Executing); break;
            case 16: lease.ReportFailure(new OperationCanceledException(), DbPhase.Executing); break;
        }

        lease.Dispose();
        if (random.Next(4) == 0) lease.Dispose();
        if (random.Next(50) == 0) lease.ReportSuccess();
    }

    private void Wait()
    {
        if (_waiting.Count >= MostHeld) return;
        var cancel = new CancellationTokenSource();
        _waiting.Add((guard.AcquireAsync(cancel.Token).AsTask(), cancel));
    }

    private void StopWaiting()
    {
        if (_waiting.Count == 0) return;
        (Task<DbGuardLease> task, CancellationTokenSource cancel) = _waiting[0];
        _waiting.RemoveAt(0);
        if (random.Next(2) == 0) cancel.Cancel();
        Settle(task);
        cancel.Dispose();
    }

    private static void Settle(Task<DbGuardLease> task)
    {
        try
        {
            task.GetAwaiter().GetResult().Dispose();
        }
        catch (Exception exception) when (exception is DbGuardException or OperationCanceledException)
        {
            // Rejected or cancelled: nothing is held.
        }
    }

    private void Open()
    {
        if (_open.Count >= MostHeld / 2 || guard.State is CircuitState.Open or CircuitState.Isolated) return;
        if (TryOpen() is { } opened) _open.Add(opened);
    }

    private (ConnectionSession Session, PlainConnection Connection)? TryOpen()
    {
        var connection = new PlainConnection();
        var session = new ConnectionSession(connection, guard);
        try
        {
            session.BeforeOpen();
        }
        catch (DbGuardException)
        {
            return null;
        }

        if (random.Next(10) == 0)
        {
            session.OpenFailed(new IOException("refused"));
            return null;
        }

        connection.Open();
        session.Opened();
        return (session, connection);
    }

    private void Use()
    {
        if (_open.Count == 0) return;
        int index = random.Next(_open.Count);
        (ConnectionSession session, PlainConnection connection) = _open[index];
        try
        {
            OperationStamp command = session.BeforeCommand();
            if (random.Next(8) == 0)
            {
                connection.Become(System.Data.ConnectionState.Closed);
                session.Failed(command, new IOException("reset"), DbPhase.Executing);
                _open.RemoveAt(index);
            }
            else
            {
                session.Succeeded(command);
            }
        }
        catch (DbGuardException)
        {
            // Rejected; the connection stays open.
        }
    }

    private void CloseOne()
    {
        if (_open.Count == 0) return;
        (ConnectionSession session, PlainConnection connection) = _open[^1];
        _open.RemoveAt(_open.Count - 1);
        Close(session, connection);
    }

    private static void Close(ConnectionSession session, PlainConnection connection)
    {
        session.Closing();
        connection.Close();
        session.Closed();
        session.Detach();
    }

    // Nobody keeps the connection: its permit comes back when it is collected.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Leak()
    {
        if (guard.State == CircuitState.Closed && random.Next(20) == 0) TryOpen();
    }

    private void Reconfigure()
    {
        DbGuardOptions options = guard.Options.Clone();
        options.PermitLimit = random.Next(1, 40);
        options.QueueLimit = random.Next(0, 20);
        options.HalfOpenPermits = random.Next(1, 5);
        guard.Reconfigure(options);
    }

    private void BreakSome()
    {
        for (int i = 0; i < 8 && guard.TryAcquire(out DbGuardLease lease); i++)
        {
            lease.ReportFailure(new IOException("gone"), DbPhase.Executing);
            lease.Dispose();
        }
    }
}
