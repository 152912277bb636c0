using System.Diagnostics.CodeAnalysis;
using DbBreaker.Admission;
using DbBreaker.CircuitBreaker;
using DbBreaker.Telemetry;

namespace DbBreaker;

// The ways in that are not plain: recovering, observing, waiting, rejecting.
public sealed partial class DbGuard
{
    private const int LargestBacklog = 100;
    private readonly Func<long> _backlog;
    private long _rejectedOpen, _rejectedSaturated, _wouldHaveRejected;

    /// <summary>The permits a caller meets now: the limit, or less while a recovery ramps up.</summary>
    internal int EffectiveLimit => Math.Min(_permits.Limit, _permits.Window);

    /// <summary>How long a caller may wait: never longer than the driver itself would let it.</summary>
    internal TimeSpan QueueTimeout =>
        _target?.Endpoint.ConnectTimeout is { } driver && driver < _options.QueueTimeout
            ? driver
            : _options.QueueTimeout;

    private bool TryAcquireSlow(out DbGuardLease lease)
    {
        lease = default;
        if (_options.Mode != DbGuardMode.Enforce) return TryAcquireUnenforced(out lease);
        if (IsShutIn(_circuit.State))
        {
            ReportRejection(RejectionCause.Open, null);
            return false;
        }

        if (TryTakeNow(out lease)) return true;
        ReportRejection(RejectionCause.Saturated, "no permit is free");
        return false;
    }

    private DbGuardLease AcquireSlow(CancellationToken cancellationToken)
    {
        if (TryAdmit(out DbGuardLease lease, out Waiter? waiter)) return lease;
        return Admit(waiter, WaitFor(_permits, waiter, cancellationToken), cancellationToken);
    }

    private async ValueTask<DbGuardLease> AcquireSlowAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (TryAdmit(out DbGuardLease lease, out Waiter? waiter)) return lease;
        WaitOutcome outcome = await WaitForAsync(_permits, waiter, cancellationToken).ConfigureAwait(false);
        return Admit(waiter, outcome, cancellationToken);
    }

    // Admits at once, rejects at once (throws), or hands out a place in the queue.
    private bool TryAdmit(out DbGuardLease lease, [NotNullWhen(false)] out Waiter? waiter)
    {
        waiter = null;
        if (_options.Mode != DbGuardMode.Enforce) return TryAcquireUnenforced(out lease);
        CircuitState state = _circuit.State;
        if (IsShutIn(state)) throw RejectOpen();
        if (TryTakeNow(out lease)) return true;
        long now = _clock.Attended;
        int position = _permits.WaitingCount;
        _waits.BecameFull(now);
        TimeSpan predicted = PredictWait(position, state, now);
        if (QueueTimeout == TimeSpan.Zero || predicted > QueueTimeout) throw RejectSaturated(predicted);
        waiter = _permits.Enqueue(_clock.Now, _clock.Now + QueueTimeout.Ticks);
        if (waiter is null) throw RejectSaturated(predicted);
        if (!_isWatching) StartWatching();
        // The circuit may have opened, and turned the queue away, just before this waiter joined it.
        if (IsShutIn(_circuit.State)) _permits.Leave(waiter, WaitOutcome.Rejected);
        return false;
    }

    private bool TryTakeNow(out DbGuardLease lease)
    {
        if (_permits.TryTake(out int epoch)) return TryHold(epoch, out lease);
        lease = default;
        return false;
    }

    // A permit may be granted just as the circuit opens; what it admitted then goes back.
    private bool TryHold(int epoch, out DbGuardLease lease)
    {
        long generation = _circuit.Generation;
        if (IsShutIn(Circuit.StateOf(generation)))
        {
            _permits.Return(epoch);
            lease = default;
            return false;
        }

        lease = Hold(epoch, generation);
        return true;
    }

    private DbGuardLease Admit(Waiter waiter, WaitOutcome outcome, CancellationToken cancellationToken)
    {
        ReportWait(waiter, outcome);
        switch (outcome)
        {
            case WaitOutcome.Granted:
                return TryHold(waiter.Epoch, out DbGuardLease lease) ? lease : throw RejectOpen();
            case WaitOutcome.Cancelled:
                throw new OperationCanceledException(cancellationToken);
            case WaitOutcome.Rejected:
                throw RejectOpen();
            default:
                throw RejectSaturated(TimeSpan.FromTicks(_clock.Now - waiter.EnqueuedAt));
        }
    }

    private bool TryAcquireUnenforced(out DbGuardLease lease)
    {
        if (_options.Mode == DbGuardMode.Disabled)
        {
            lease = default;
            return true;
        }

        long generation = _circuit.Generation;
        bool wouldPass = !IsShutIn(Circuit.StateOf(generation)) && !WouldNotWait();
        if (!wouldPass) ReportRejection(RejectionCause.Observed, null);
        lease = Hold(_permits.TakeRegardless(), generation);
        return true;
    }

    /// <summary>A permit for what is in use already, whatever the limit and the circuit say.</summary>
    internal DbGuardLease TakeRegardless()
    {
        long generation = _circuit.Generation;
        return Hold(_permits.TakeRegardless(), generation);
    }

    // Those beyond the limit are the ones that would wait in the queue.
    private bool WouldNotWait()
    {
        int position = _permits.InUse - EffectiveLimit;
        if (position < 0) return false;
        long now = _clock.Attended;
        _waits.BecameFull(now);
        return position >= _options.QueueLimit || PredictWait(position, _circuit.State, now) > QueueTimeout
            || QueueTimeout == TimeSpan.Zero;
    }

    // Half-open, the few trials say nothing about the wait: who comes now waits for the verdict (rule 13).
    private TimeSpan PredictWait(int position, CircuitState state, long now)
    {
        if (state != CircuitState.Closed) return TimeSpan.Zero;
        // Behind a thread pool's backlog, a burst's own callers mostly, answers that are there wait to be taken: what
        // nobody could take is no silence. Counting the backlog is not free, so only a silence asks for it.
        if (_waits.Silence(now) > _tick.Ticks && _backlog() > LargestBacklog) _waits.WasUnattended(now);
        return _waits.Predict(position, EffectiveLimit, _permits.Limit, now);
    }

    private static bool IsShutIn(CircuitState state) => state is CircuitState.Open or CircuitState.Isolated;
}
