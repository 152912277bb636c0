using System.Text;
using DbBreaker.Admission;
using DbBreaker.Liveness;
using DbBreaker.Telemetry;

namespace DbBreaker;

// Rejections: cheap to make, and a text that says what the person on call needs.
public sealed partial class DbGuard
{
    private const int HoldersNamed = 3;
    private Exception? _openedBy;
    private long _nextChanceAt;

    /// <summary>How long until the next chance to pass; zero while calls pass.</summary>
    internal TimeSpan RetryAfter => _circuit.State == CircuitState.Open
        ? TimeSpan.FromTicks(Math.Max(0, Volatile.Read(ref _nextChanceAt) - _clock.Now))
        : IsolationLeft ?? TimeSpan.Zero;

    private bool IsShutForGood => State == CircuitState.Isolated && IsolationLeft is null;

    internal DbCircuitOpenException RejectOpen()
    {
        TimeSpan retryAfter = RetryAfter;
        string text = $"{Name}: the circuit is {(State == CircuitState.Isolated ? "isolated" : "open")}"
            + $" ({LastReason}); "
            + (IsShutForGood ? "it stays so until it is reset." : $"retry after {Seconds(retryAfter)}.");
        ReportRejection(RejectionCause.Open, text);
        return new DbCircuitOpenException(text, Name, retryAfter, _openedBy);
    }

    internal DbPoolSaturatedException RejectSaturated(TimeSpan predicted)
    {
        Suspect(SuspicionCause.Saturation);
        TimeSpan hold = _waits.MeanHold;
        TimeSpan retryAfter = hold < QueueTimeout ? hold : QueueTimeout;
        string text = DescribeSaturation(predicted);
        ReportRejection(RejectionCause.Saturated, text);
        return new DbPoolSaturatedException(text, Name, retryAfter, null);
    }

    private string DescribeSaturation(TimeSpan predicted)
    {
        var text = new StringBuilder(256);
        text.Append(Name).Append(": ").Append(_permits.InUse).Append(" of ").Append(EffectiveLimit)
            .Append(" permits in use, ").Append(_permits.WaitingCount).Append(" waiting (QueueLimit ")
            .Append(_options.QueueLimit).Append("); a wait of ")
            .Append(predicted > QueueTimeout ? Seconds(predicted) : "longer than " + Seconds(QueueTimeout))
            .Append(" is not allowed (QueueTimeout ").Append(Seconds(QueueTimeout)).Append("). Longest held: ");
        AppendLongestHolds(text);
        text.Append(". ").Append(DescribeServer())
            .Append(" More callers fit with a higher PermitLimit, together with the pool's maximum, or QueueTimeout.");
        return text.ToString();
    }

    private string DescribeServer() => FreshProbeOutcome switch
    {
        ProbeOutcome.Answered => "The server answers a probe: look for locks, slow statements or leaked connections.",
        ProbeOutcome.Unanswered or ProbeOutcome.Failed => "The server does not answer a probe.",
        _ => HasProbe ? "The server is being asked." : "There is no probe to ask the server with.",
    };

    // What the server said in the last outage says nothing about now.
    private ProbeOutcome FreshProbeOutcome =>
        _clock.Now - _lastProbeAt <= (_options.MaxProbeInterval + _options.ProbeTimeout).Ticks
            ? _lastProbe.Outcome
            : ProbeOutcome.Unknown;

    private void AppendLongestHolds(StringBuilder text)
    {
        Span<long> longest = stackalloc long[HoldersNamed];
        long now = _clock.Attended;
        foreach (LeaseSlot slot in _leases.Slots)
        {
            if (!LeaseSlot.IsHeld(slot.Version)) continue;
            long age = now - slot.AcquiredAt;
            for (int i = 0; i < longest.Length; i++)
            {
                if (age > longest[i]) (age, longest[i]) = (longest[i], age);
            }
        }

        for (int i = 0; i < longest.Length && (i == 0 || longest[i] > 0); i++)
        {
            text.Append(i == 0 ? "" : ", ").Append(Seconds(TimeSpan.FromTicks(longest[i])));
        }
    }

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds:0.###} s";
}
