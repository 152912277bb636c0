using DbBreaker.Admission;
using DbBreaker.CircuitBreaker;
using DbBreaker.Telemetry;

namespace DbBreaker;

// The brake on reconnect storms, and what a session needs to stamp its operations.
public sealed partial class DbGuard
{
    internal const int NotBraked = -1;

    /// <summary>The time that stamps an operation: coarse on the hot path, exact while latency matters.</summary>
    internal long OperationTime => Math.Max(1, _isPlain ? _clock.Coarse : _clock.Attended);

    internal long Generation => _circuit.Generation;

    internal int Epoch => _permits.Epoch;

    internal bool IsDisabled => _options.Mode == DbGuardMode.Disabled;

    internal bool IsShut => IsShutIn(_circuit.State);

    /// <summary>A command on a connection that is open already meets an open circuit.</summary>
    internal void RefuseCommand()
    {
        if (_options.Mode == DbGuardMode.Enforce) throw RejectOpen();
        ReportRejection(RejectionCause.Observed, null);
    }

    /// <summary>Takes a place among the opens in progress. The permit is held already, so the wait is bounded by the
    /// queue's timeout once more, no longer.</summary>
    internal int EnterOpen()
    {
        if (!_isBraked || _options.Mode != DbGuardMode.Enforce) return NotBraked;
        if (_opens.TryTake(out int epoch)) return epoch;
        Waiter waiter = JoinBrake();
        return Enter(waiter, WaitFor(_opens, waiter, CancellationToken.None), CancellationToken.None);
    }

    /// <inheritdoc cref="EnterOpen"/>
    internal ValueTask<int> EnterOpenAsync(CancellationToken cancellationToken)
    {
        if (!_isBraked || _options.Mode != DbGuardMode.Enforce) return new ValueTask<int>(NotBraked);
        return _opens.TryTake(out int epoch) ? new ValueTask<int>(epoch) : Wait(cancellationToken);

        async ValueTask<int> Wait(CancellationToken token)
        {
            Waiter waiter = JoinBrake();
            return Enter(waiter, await WaitForAsync(_opens, waiter, token).ConfigureAwait(false), token);
        }
    }

    internal void LeaveOpen(int epoch)
    {
        if (epoch != NotBraked) _opens.Return(epoch);
    }

    private Waiter JoinBrake()
    {
        long now = _clock.Now;
        return _opens.Enqueue(now, now + QueueTimeout.Ticks) ?? throw RejectSaturated(QueueTimeout);
    }

    private int Enter(Waiter waiter, WaitOutcome outcome, CancellationToken cancellationToken) => outcome switch
    {
        WaitOutcome.Granted => waiter.Epoch,
        WaitOutcome.Cancelled => throw new OperationCanceledException(cancellationToken),
        WaitOutcome.Rejected => throw RejectOpen(),
        _ => throw RejectSaturated(QueueTimeout),
    };
}
