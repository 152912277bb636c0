using System.Collections.Concurrent;
using System.Diagnostics;
using Xunit;

namespace DbBreaker.TestKit;

/// <summary>A caller at every interval, whatever became of those before it, and what became of each. Thread-safe.
/// </summary>
/// <param name="interval">The time between two callers.</param>
public sealed class SteadyCallers(TimeSpan interval)
{
    private readonly ConcurrentQueue<(TimeSpan At, Exception? Error)> _calls = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Gets the time since the start; calls are noted with it when they end.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>Gets the calls that ended, with what they threw.</summary>
    public IReadOnlyCollection<(TimeSpan At, Exception? Error)> Calls => _calls;

    /// <summary>Calls until it is stopped, and waits for the last call. A synchronous call blocks a thread of its own.
    /// </summary>
    public async Task RunAsync(Func<Task> call, bool async, CancellationToken stop)
    {
        List<Task> callers = [];
        using PeriodicTimer timer = new(interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stop)) callers.Add(Start(() => NoteAsync(call), async));
        }
        catch (OperationCanceledException)
        {
            // Enough.
        }

        await Task.WhenAll(callers);
    }

    /// <summary>Starts a call; a synchronous one on a thread of its own.</summary>
    public static Task Start(Func<Task> call, bool async) =>
        Task.Factory.StartNew(
            call, CancellationToken.None, async ? TaskCreationOptions.None : TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap();

    /// <summary>How long after a time the first call ended as wanted; null when none did.</summary>
    public TimeSpan? First(TimeSpan after, Func<Exception?, bool> isWanted) =>
        _calls.Where(call => call.At > after && isWanted(call.Error)).Select(call => (TimeSpan?)call.At).Min() - after;

    /// <summary>How many calls ended how.</summary>
    public override string ToString() => string.Join(
        ", ",
        _calls.GroupBy(call => call.Error?.GetType().Name ?? "success").Select(g => $"{g.Count()} {g.Key}"));

    private async Task NoteAsync(Func<Task> call)
    {
        Exception? error = await Record.ExceptionAsync(call);
        _calls.Enqueue((_clock.Elapsed, error));
    }
}
