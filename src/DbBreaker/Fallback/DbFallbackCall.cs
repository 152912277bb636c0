using System.Data;
using System.Data.Common;
using System.Text;
using DbBreaker.Fallback;
using DbBreaker.Fallback.Cache;

namespace DbBreaker;

/// <summary>A read that the primary's guard rejected, as the links of its fallback see it. For one caller at a time.
/// </summary>
public sealed class DbFallbackCall
{
    private List<(string Link, string Why, Exception? Cause)>? _declined;
    private DbGuardException? _rejection;

    internal DbFallbackCall(DbGuard guard, DbCommand command, CommandBehavior behavior)
    {
        Guard = guard;
        Command = command;
        Behavior = behavior;
    }

    internal DbFallbackCall(DbGuard guard, DbBatch batch, CommandBehavior behavior)
    {
        Guard = guard;
        Batch = batch;
        Behavior = behavior;
    }

    /// <summary>Gets the guard that rejected the read.</summary>
    public DbGuard Guard { get; }

    /// <summary>Gets the driver's command, to be read and not to be executed: its server is the one that is not
    /// there. Null when the read is a <see cref="Batch"/>.</summary>
    public DbCommand? Command { get; }

    /// <summary>Gets the driver's batch, to be read and not to be executed; null when the read is a
    /// <see cref="Command"/>.</summary>
    public DbBatch? Batch { get; }

    /// <summary>Gets how the caller wants to read.</summary>
    public CommandBehavior Behavior { get; }

    /// <summary>Gets what the caller gets when nobody answers.</summary>
    public DbGuardException Rejection
    {
        get => _rejection ??= Guard.RejectOpen();
        internal set => _rejection = value;
    }

    /// <summary>The read as the cache knows it; null when it did not opt in.</summary>
    internal CachedRead? Cached { get; init; }

    /// <summary>Whether the flow wrote so lately that only the primary is sure to have it.</summary>
    internal bool WroteLately { get; set; }

    /// <summary>Where the answer came from, once there is one.</summary>
    internal DbReadOrigin? Origin { get; set; }

    /// <summary>Whether a server refused the command because it writes: no link may answer it.</summary>
    internal bool IsWrite { get; private set; }

    /// <summary>What runs on a replica, so that it can be cancelled.</summary>
    internal Action? CancelRunning { get; set; }

    /// <summary>Notes why a link did not help; the rejection will say so.</summary>
    /// <param name="link">The link, or the replica.</param>
    /// <param name="why">Without secrets: it becomes part of an error's text.</param>
    /// <param name="cause">What was thrown, or null.</param>
    internal void Decline(string link, string why, Exception? cause = null) =>
        (_declined ??= []).Add((link, why, cause));

    internal void RefuseWrite(string replica, Exception cause)
    {
        IsWrite = true;
        Decline(replica, "refused the command because it writes", cause);
    }

    internal DbGuardException Reject()
    {
        DbGuardException rejection = Rejection;
        if (_declined is null) return rejection;
        var text = new StringBuilder(IsWrite ? "It is no read: " : "No fallback helped: ");
        text.AppendJoin("; ", _declined.Select(static d => $"{d.Link} {d.Why}")).Append('.');
        rejection.Explain(text.ToString(), [.. _declined.Select(static d => d.Cause).OfType<Exception>()]);
        return rejection;
    }
}
