namespace DbBreaker.Liveness;

/// <summary>
/// Sends probes while somebody wants to know, with jitter, at intervals that grow while nothing answers. A refusal is
/// cheap for both sides and often means a server that is about to return, so for a while it is asked again at the
/// shortest interval. A probe keeps its deadline even when
/// the driver does not: an overdue one is reported as unanswered and left running, because the answer of a server that
/// thaws comes on just that connection. The number under way is bounded. Driven by the guard's tick, under its lock;
/// only attempts run elsewhere.
/// </summary>
internal sealed class Prober(AttendedClock clock, Func<double> random, Action<ProbeAttempt> launch)
{
    /// <summary>Overdue probes end by the driver's own timeout; beyond this many, none is added.</summary>
    public const int MaxUnderWay = 8;

    private const double JitterShare = 0.2;

    /// <summary>How long refusals keep the interval short. A restart takes seconds; in a long outage many instances
    /// must not go on asking at this rate.</summary>
    private static readonly TimeSpan _eagerness = TimeSpan.FromSeconds(30);

    private readonly List<ProbeAttempt> _underWay = new(MaxUnderWay);
    private ProbeSettings _settings = ProbeSettings.Default;
    private TimeSpan _interval;
    private long _nextAt;
    private double _jitter;
    private long? _refusedSince;

    public bool IsActive { get; private set; }

    /// <summary>Whether every place is taken by a probe past its deadline, so that none can be sent.</summary>
    public bool IsExhausted => _underWay.Count == MaxUnderWay && _underWay.TrueForAll(static a => a.IsOverdueReported);

    /// <summary>How long until the next probe is due: the next chance that can be foreseen. One that is under way may
    /// be answered before.</summary>
    public TimeSpan UntilNext(long now) => TimeSpan.FromTicks(IsActive ? Math.Max(0, _nextAt - now) : 0);

    public void Configure(ProbeSettings settings) => _settings = settings;

    /// <summary>Begins to ask: at once, or at <paramref name="notBefore"/>.</summary>
    public void Start(long notBefore)
    {
        if (IsActive) return;
        IsActive = true;
        _interval = _settings.Interval;
        _nextAt = notBefore;
        _refusedSince = null;
    }

    /// <summary>Stops asking; what is under way ends by itself and is forgotten.</summary>
    public void Stop()
    {
        IsActive = false;
        _underWay.Clear();
    }

    /// <summary>Collects what came back and sends the next probe when it is due. Returns the news, if any.</summary>
    public ProbeResult? Step()
    {
        if (!IsActive) return null;
        ProbeResult? news = Collect();
        long now = clock.Now;
        if (news?.Outcome != ProbeOutcome.Answered && now >= _nextAt && _underWay.Count < MaxUnderWay) Launch(now);
        return news;
    }

    private ProbeResult? Collect()
    {
        ProbeResult? news = null;
        for (int i = _underWay.Count - 1; i >= 0; i--)
        {
            ProbeAttempt attempt = _underWay[i];
            if (attempt.Result is { } result)
            {
                _underWay.RemoveAt(i);
                // An overdue probe that the driver gave up on says nothing new; an answer always counts, and most.
                if (result.Outcome == ProbeOutcome.Answered) news = result;
                else if (!attempt.IsOverdueReported)
                {
                    news = Worse(news, result);
                    Refused(attempt);
                }
            }
            else if (!attempt.IsOverdueReported && clock.Attended - attempt.StartedAt >= _settings.Timeout.Ticks)
            {
                attempt.IsOverdueReported = true;
                news = Worse(news, new ProbeResult(ProbeOutcome.Unanswered, _settings.Timeout));
            }
        }

        return news;
    }

    private void Refused(ProbeAttempt attempt)
    {
        _refusedSince ??= clock.Now;
        if (clock.Now - _refusedSince >= _eagerness.Ticks) return;
        _interval = _settings.Interval;
        _nextAt = Math.Min(_nextAt, attempt.StartedAtExact + (long)(_interval.Ticks * _jitter));
    }

    private static ProbeResult Worse(ProbeResult? known, ProbeResult other) => known ?? other;

    private void Launch(long now)
    {
        var attempt = new ProbeAttempt(clock.Attended, now);
        _underWay.Add(attempt);
        _jitter = 1 - JitterShare * random();
        _nextAt = now + (long)(_interval.Ticks * _jitter);
        _interval = TimeSpan.FromTicks(Math.Min(_interval.Ticks * 2, _settings.MaxInterval.Ticks));
        launch(attempt);
    }
}
