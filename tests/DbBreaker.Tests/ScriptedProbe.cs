using System.Collections.Concurrent;

namespace DbBreaker.Tests;

/// <summary>A probe whose answers a test gives by hand; until then it hangs, whatever its token says.</summary>
internal sealed class ScriptedProbe
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);
    private readonly ConcurrentQueue<(TaskCompletionSource Answer, CancellationToken Token)> _pending = new();
    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    public Task Ask(CancellationToken deadline)
    {
        var answer = new TaskCompletionSource();
        _pending.Enqueue((answer, deadline));
        Interlocked.Increment(ref _calls);
        return answer.Task;
    }

    /// <summary>Waits, in real time, until the guard has asked this often in all.</summary>
    public void WaitForCall(int number = 1) => Poll(() => Calls >= number, $"probe number {number} was sent");

    /// <summary>Answers the oldest probe that waits; returns when the guard can know.</summary>
    public void Answer() => Settle(static answer => answer.SetResult());

    /// <summary>Refuses the oldest probe that waits.</summary>
    public void Refuse() => Settle(static answer => answer.SetException(new IOException("The server refused.")));

    public static void Poll(Func<bool> condition, string because)
    {
        Assert.True(SpinWait.SpinUntil(condition, _patience), $"Not in time: {because}.");
    }

    private void Settle(Action<TaskCompletionSource> settle)
    {
        Poll(() => !_pending.IsEmpty, "a probe is under way");
        Assert.True(_pending.TryDequeue(out (TaskCompletionSource Answer, CancellationToken Token) probe));
        settle(probe.Answer);
        // The guard's own source of the token lives as long as the attempt: its end is the sign that the result is in.
        Poll(() => IsOver(probe.Token), "the guard took the answer");
    }

    private static bool IsOver(CancellationToken token)
    {
        try
        {
            _ = token.WaitHandle;
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }
}
