namespace DbBreaker.Tests;

/// <summary>A clock whose timers run only when a test says so, as those of a stopped or starved process do.</summary>
internal sealed class StoppableTime : TimeProvider
{
    private readonly List<ManualTimer> _timers = [];
    private long _now = TimeSpan.TicksPerSecond;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(() => callback(state)) { IsOn = dueTime != Timeout.InfiniteTimeSpan };
        lock (_timers) _timers.Add(timer);
        return timer;
    }

    /// <summary>Time passes and no timer runs.</summary>
    public void Stop(TimeSpan duration) => Interlocked.Add(ref _now, duration.Ticks);

    /// <summary>Time passes, and every timer that is on runs after each step.</summary>
    public void Tick(TimeSpan step, int times)
    {
        for (int i = 0; i < times; i++)
        {
            Stop(step);
            ManualTimer[] due;
            lock (_timers) due = [.. _timers.Where(static t => t.IsOn && t.IsPeriodic)];
            foreach (ManualTimer timer in due) timer.Run();
        }
    }

    private sealed class ManualTimer(Action callback) : ITimer
    {
        public bool IsOn { get; set; }

        /// <summary>A deadline's timer runs once, far off; these tests never let one come.</summary>
        public bool IsPeriodic { get; private set; }

        public void Run() => callback();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            IsOn = dueTime != Timeout.InfiniteTimeSpan;
            IsPeriodic = period != Timeout.InfiniteTimeSpan;
            return true;
        }

        public void Dispose() => IsOn = false;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
