using System.Data.Common;

namespace DbBreaker.Fallback;

/// <summary>
/// How far a replica is behind, as it says itself: measured on a connection that a read has opened anyway, by one read
/// in each interval; the others go by the latest value. Safe for concurrent use.
/// </summary>
internal sealed class ReplicaLag(DbGuard primary, string? commandText)
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    // After so long without a look, nobody relies on the latest value: whoever comes measures.
    private static readonly TimeSpan _longestTrust = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time = primary.Clock.Time;
    private LagReading _latest = LagReading.None;
    private long _nextAt = long.MinValue;

    /// <summary>The lag as last measured.</summary>
    public LagReading Latest => Volatile.Read(ref _latest);

    /// <summary>Whether the replica is too far behind for this read, which then says so.</summary>
    public async ValueTask<bool> IsBeyondAsync(
        GuardedDbConnection connection, DbFallbackCall call, bool async, CancellationToken cancellationToken)
    {
        LagReading reading = Volatile.Read(ref _latest);
        if (commandText is not null && IsDue(reading))
        {
            reading = await MeasureAsync(connection, async, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _latest, reading);
        }

        if (primary.Options.MaxReplicaLag is not { } most || reading.Lag <= most) return false;
        string why = reading.Lag is { } lag
            ? $"is {lag.TotalSeconds:0.0} s behind (MaxReplicaLag {most.TotalSeconds:0.###} s)"
            : "does not tell how far it is behind, and MaxReplicaLag is set";
        call.Decline($"replica {connection.Guard.Name}", why, reading.Error);
        return true;
    }

    private bool IsDue(LagReading latest)
    {
        long now = _time.GetTimestamp();
        long nextAt = Volatile.Read(ref _nextAt);
        bool isTrusted = latest.IsKnown && _time.GetElapsedTime(latest.At, now) < _longestTrust;
        if (now < nextAt && isTrusted) return false;
        long interval = (long)(_interval.TotalSeconds * _time.TimestampFrequency);
        return Interlocked.CompareExchange(ref _nextAt, now + interval, nextAt) == nextAt || !isTrusted;
    }

    private async ValueTask<LagReading> MeasureAsync(
        GuardedDbConnection connection, bool async, CancellationToken cancellationToken)
    {
        DbCommand command = connection.CreateCommand();
        command.CommandText = commandText;
        try
        {
            DbDataReader reader = async
                ? await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false)
                : command.ExecuteReader();
            LagReading reading =
                (async ? await reader.ReadAsync(cancellationToken).ConfigureAwait(false) : reader.Read())
                    ? Read(reader)
                    : LagReading.None;
            if (async) await reader.DisposeAsync().ConfigureAwait(false);
            else reader.Dispose();
            return reading with { At = _time.GetTimestamp(), IsKnown = true };
        }
        catch (DbException exception)
            when (exception.SqlState is not null && connection.State == System.Data.ConnectionState.Open)
        {
            // The server has no such functions, or this user may not ask: it works, and its lag is not known.
            return LagReading.None with { Error = exception, At = _time.GetTimestamp(), IsKnown = true };
        }
    }

    // A standby that no longer hears from its primary sees the time since the last transaction grow, although nothing
    // happens that it could miss: the outage itself is no lag.
    private LagReading Read(DbDataReader row)
    {
        if (row.IsDBNull(0)) return LagReading.None;
        TimeSpan sinceReplay = TimeSpan.FromSeconds(row.GetDouble(0)), lag = sinceReplay;
        if (!row.GetBoolean(1)) lag -= primary.OutageSoFar;
        return LagReading.None with { Lag = lag > TimeSpan.Zero ? lag : TimeSpan.Zero, SinceReplay = sinceReplay };
    }
}
