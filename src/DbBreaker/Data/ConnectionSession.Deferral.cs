using System.Transactions;

namespace DbBreaker.Data;

// An open that is put off, because the guard rejects and a fallback may answer reads.
internal sealed partial class ConnectionSession
{
    /// <summary>Whether reads that the guard rejects go to its fallback. A connection to a stand-in has none: a chain
    /// ends.</summary>
    public bool MayFallBack { get; init; } = true;

    /// <summary>
    /// Whether the open was put off: the guard rejects, and a fallback may answer reads. Whatever else the caller does
    /// next, or a read once the guard admits it, opens the connection then, or gets the rejection.
    /// </summary>
    public bool IsDeferred { get; private set; }

    /// <summary>Whether a read would be turned away at once and has somewhere else to go.</summary>
    public bool FallsBack => MayFallBack && !InTransaction && Guard.TurnsReadsAway && Guard.Fallbacks is not null
        && (Guard.IsShut || !WroteLately);

    /// <summary>Whether the caller's flow wrote so lately that only the primary is sure to have it.</summary>
    public bool WroteLately => Guard.Options.ReadYourWrites is { } time
        && ((_wroteAt != 0 && Guard.Time.GetElapsedTime(_wroteAt) < time)
            || DbReadScope.Current?.WroteWithin(Guard, time) == true);

    /// <summary>Something was written, or may have been.</summary>
    public void Wrote()
    {
        if (Guard.Options.ReadYourWrites is null) return;
        _wroteAt = Math.Max(1, Guard.Time.GetTimestamp());
        DbReadScope.Current?.Wrote(Guard, _wroteAt);
    }

    /// <summary>The connection now serves somebody else, as a pooled context's does.</summary>
    public void ForgetWrite() => _wroteAt = 0;

    /// <summary>Whether an open that got this rejection is put off.</summary>
    public bool Defers(DbGuardException rejection) =>
        MayFallBack && Guard.FallsBackOn(rejection) && Transaction.Current is null;

    /// <summary>Puts an open off when it would be rejected now, reads have somewhere else to go, and no transaction
    /// waits for the connection.</summary>
    public bool TryDefer()
    {
        if (IsDeferred || !FallsBack || Transaction.Current is not null) return IsDeferred;
        Defer();
        return true;
    }

    public void Defer() => IsDeferred = true;

    /// <summary>The open is tried anew; nothing is put off any more.</summary>
    public void ForgetDeferral() => IsDeferred = false;

    private void OpenDeferred()
    {
        BeforeOpen();
        try
        {
            Connection.Open();
        }
        catch (Exception exception)
        {
            OpenFailed(exception);
            throw;
        }

        IsDeferred = false;
        Opened();
    }

    private async ValueTask OpenDeferredAsync(CancellationToken cancellationToken)
    {
        await BeforeOpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await Connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            OpenFailed(exception);
            throw;
        }

        IsDeferred = false;
        Opened();
    }
}
