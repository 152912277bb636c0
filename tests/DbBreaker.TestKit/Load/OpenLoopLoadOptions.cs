namespace DbBreaker.TestKit;

/// <summary>What an <see cref="OpenLoopLoad"/> does.</summary>
public sealed record OpenLoopLoadOptions
{
    /// <summary>Requests per second; above zero.</summary>
    public required double Rate { get; init; }

    /// <summary>How long new requests are started; above zero.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How long requests may run on after the last start before they are cancelled; 30 s unless set.</summary>
    public TimeSpan DrainDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Where requests run; the thread pool unless set.</summary>
    public RequestStart Start { get; init; } = RequestStart.ThreadPool;

    /// <summary>Which exceptions are rejections rather than failures; none unless set.</summary>
    public Func<Exception, bool> IsRejection { get; init; } = _ => false;

    /// <summary>The clock of schedule and records; the system's unless set.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
