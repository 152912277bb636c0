namespace DbBreaker.TestKit;

/// <summary>Polls a condition until it holds or a deadline passes.</summary>
public static class Eventually
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>Returns as soon as <paramref name="condition"/> holds.</summary>
    /// <param name="condition">What is to become true; asked at least once.</param>
    /// <param name="deadline">How long it may take.</param>
    /// <param name="because">What was waited for, in words; becomes part of the error.</param>
    /// <param name="timeProvider">The clock; the system's unless given.</param>
    /// <param name="interval">Time between two questions; 10 ms unless given.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">The condition did not hold within the deadline.</exception>
    public static Task BecomesTrueAsync(
        Func<bool> condition, TimeSpan deadline, string because, TimeProvider? timeProvider = null,
        TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        BecomesTrueAsync(_ => Task.FromResult(condition()), deadline, because, timeProvider, interval,
            cancellationToken);

    /// <summary>
    /// The same for a condition that is asked asynchronously. An exception from it counts as "not yet" and is the
    /// inner exception of the timeout. Its token is cancelled at the deadline.
    /// </summary>
    /// <inheritdoc cref="BecomesTrueAsync(Func{bool},TimeSpan,string,TimeProvider,TimeSpan?,CancellationToken)"/>
    public static async Task BecomesTrueAsync(
        Func<CancellationToken, Task<bool>> condition, TimeSpan deadline, string because,
        TimeProvider? timeProvider = null, TimeSpan? interval = null, CancellationToken cancellationToken = default)
    {
        var clock = timeProvider ?? TimeProvider.System;
        var start = clock.GetTimestamp();
        using var expiry = new CancellationTokenSource(deadline, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
        Exception? last = null;
        while (true)
        {
            try
            {
                if (await condition(both.Token))
                    return;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                last = exception;
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (clock.GetElapsedTime(start) >= deadline)
                throw new TimeoutException($"Not within {deadline.TotalSeconds:0.###} s: {because}.", last);
            await Task.Delay(interval ?? DefaultInterval, clock, cancellationToken);
        }
    }
}
