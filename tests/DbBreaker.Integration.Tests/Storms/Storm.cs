using DbBreaker.Integration.Tests.Application;
using DbBreaker.TestKit;

namespace DbBreaker.Integration.Tests.Storms;

/// <summary>Many requests that are alike.</summary>
internal static class Storm
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    public static async Task<LoadResult> RunAsync(
        GuardedApp app, Func<GuardedApp, int, CancellationToken, Task> request, double rate, TimeSpan duration)
    {
        int started = -1;
        var load = new OpenLoopLoad(new OpenLoopLoadOptions
        {
            Rate = rate, Duration = duration, IsRejection = static exception => exception is DbGuardException,
        });
        LoadResult result =
            await load.RunAsync(token => request(app, Interlocked.Increment(ref started), token));
        await Eventually.BecomesTrueAsync(
            () => app.Guard.GetSnapshot().PermitsInUse == 0, _patience, $"{app} holds no permit");
        return result;
    }

    /// <summary>Requests that met a lost connection from some time on. Timeouts are left out: on a busy machine a new
    /// connection may run out of time.</summary>
    public static int LostAfter(LoadResult result, TimeSpan from) => result.Requests.Count(
        r => r.EndedAt > from && r.Outcome == LoadOutcome.Failed && !IsOf(r.Error, nameof(TimeoutException)));

    /// <summary>Whether an exception is of a SQLSTATE, or of a type, however it is wrapped.</summary>
    public static bool IsOf(Exception? exception, string error)
    {
        if (exception is not null && SqlState.Of(exception) == error) return true;
        for (; exception is not null; exception = exception.InnerException)
        {
            for (Type? type = exception.GetType(); type is not null; type = type.BaseType)
            {
                if (type.Name == error) return true;
            }
        }

        return false;
    }
}
