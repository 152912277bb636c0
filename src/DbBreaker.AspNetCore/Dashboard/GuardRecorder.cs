using System.Text.Json;
using System.Threading.Channels;

namespace DbBreaker.AspNetCore.Dashboard;

/// <summary>
/// Watches the guards of a registry for the page: samples each of them every second into a ring of fifteen minutes, and
/// tells open pages what changed, at once when a circuit does. Bounded by guards, buckets and viewers. Thread-safe.
/// </summary>
internal sealed class GuardRecorder : IDisposable
{
    private const int FramesKept = 32;
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new(); // Guards everything below.
    private readonly DbGuardRegistry _registry;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly long _origin;
    private readonly int _maxViewers;
    private readonly Dictionary<DbGuard, GuardTimeline> _timelines = [];
    private readonly Dictionary<string, GuardRow> _sent = [];
    private readonly List<Channel<byte[]>> _viewers = [];
    private long _sampledAt;

    public GuardRecorder(DbGuardRegistry registry, TimeProvider time, int maxViewers)
    {
        _registry = registry;
        _time = time;
        _maxViewers = maxViewers;
        _origin = time.GetTimestamp();
        registry.GuardAdded += Follow;
        foreach (DbGuard guard in registry.EachGuard()) Follow(guard);
        _timer = time.CreateTimer(static r => ((GuardRecorder)r!).Sample(), this, TimeSpan.Zero, _interval);
    }

    private long Bucket => (long)_time.GetElapsedTime(_origin).TotalSeconds / GuardTimeline.BucketSeconds;

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>A stream of frames for one page, or null when there are too many.</summary>
    public ChannelReader<byte[]>? Join()
    {
        // A page that does not read gets no more after this many frames; its channel is closed and it starts anew.
        Channel<byte[]> viewer = Channel.CreateBounded<byte[]>(FramesKept);
        lock (_lock)
        {
            if (_viewers.Count >= _maxViewers) return null;
            long bucket = Bucket;
            // The whole first: what changed between the page's first look and now is in it.
            viewer.Writer.TryWrite(Serialize(bucket, [.. _timelines.Values.Select(t => GuardRow.From(t, bucket))], []));
            _viewers.Add(viewer);
        }

        return viewer.Reader;
    }

    public void Leave(ChannelReader<byte[]> reader)
    {
        lock (_lock) _viewers.RemoveAll(viewer => viewer.Reader == reader);
    }

    public GuardList List(string instance)
    {
        lock (_lock)
        {
            Catch_NeedsLock();
            long bucket = Bucket;
            return new GuardList(
                instance, _registry.IsDisabled, Now, bucket, GuardTimeline.BucketSeconds,
                [.. _timelines.Values.Select(
                    t => new GuardListItem(GuardRow.From(t, bucket), GuardSeries.StripOf(t, bucket)))]);
        }
    }

    public GuardDetail? Detail(string name)
    {
        if (_registry.Find(name) is not { } guard) return null;
        DbGuardSnapshot now = guard.GetSnapshot();
        lock (_lock)
        {
            GuardTimeline timeline = TimelineOf_NeedsLock(guard);
            long bucket = Bucket;
            timeline.Sample(bucket, 0);
            return new GuardDetail(
                GuardRow.From(timeline, bucket), now.RetryAfter.TotalSeconds, now.RejectedOpen, now.RejectedSaturated,
                now.WouldHaveRejected, now.FallbackAnswers, Math.Round(now.LongestHold.TotalMilliseconds),
                now.ProbeAnswered, now.Transitions, bucket, GuardSeries.From(timeline, bucket),
                [.. now.RecentTransitions.Reverse().Select(GuardEvent.Of)], GuardOptionValue.AllOf(guard.Options));
        }
    }

    public void Dispose()
    {
        _registry.GuardAdded -= Follow;
        _timer.Dispose();
        lock (_lock)
        {
            foreach (GuardTimeline timeline in _timelines.Values) timeline.Guard.Transitioned -= OnTransition;
            foreach (Channel<byte[]> viewer in _viewers) viewer.Writer.TryComplete();
            _viewers.Clear();
        }
    }

    private void Follow(DbGuard guard)
    {
        guard.Count();
        lock (_lock) TimelineOf_NeedsLock(guard);
    }

    private GuardTimeline TimelineOf_NeedsLock(DbGuard guard)
    {
        if (!_timelines.TryGetValue(guard, out GuardTimeline? timeline))
        {
            _timelines[guard] = timeline = new GuardTimeline(guard);
            timeline.Sample(Bucket, 0);
            guard.Transitioned += OnTransition;
        }

        return timeline;
    }

    private void OnTransition(DbGuard guard, DbGuardTransition transition)
    {
        lock (_lock)
        {
            GuardTimeline timeline = TimelineOf_NeedsLock(guard);
            timeline.Saw(Bucket, transition.To);
            Publish_NeedsLock([timeline], []);
        }
    }

    private void Sample()
    {
        lock (_lock)
        {
            Catch_NeedsLock();
            long now = _time.GetTimestamp();
            double seconds = _sampledAt == 0 ? 0 : _time.GetElapsedTime(_sampledAt, now).TotalSeconds;
            _sampledAt = now;
            long bucket = Bucket;
            foreach (GuardTimeline timeline in _timelines.Values) timeline.Sample(bucket, seconds);
            Publish_NeedsLock(_timelines.Values, [.. _sent.Keys.Where(name => _registry.Find(name) is null)]);
        }
    }

    // Guards come by the registry's event, a little before they can be found; they go without one.
    private void Catch_NeedsLock()
    {
        foreach (DbGuard guard in _registry.EachGuard()) TimelineOf_NeedsLock(guard);
        foreach (DbGuard guard in _timelines.Keys)
        {
            if (_registry.Find(guard.Name) == guard) continue;
            _timelines.Remove(guard);
            guard.Transitioned -= OnTransition;
        }
    }

    private void Publish_NeedsLock(IEnumerable<GuardTimeline> timelines, IReadOnlyList<string> gone)
    {
        if (_viewers.Count == 0) return;
        long bucket = Bucket;
        List<GuardRow> changed = [];
        foreach (GuardTimeline timeline in timelines)
        {
            GuardRow row = GuardRow.From(timeline, bucket);
            if (_sent.TryGetValue(row.Name, out GuardRow? sent) && sent == row) continue;
            _sent[row.Name] = row;
            changed.Add(row);
        }

        foreach (string name in gone) _sent.Remove(name);
        byte[] frame = Serialize(bucket, changed, gone);
        _viewers.RemoveAll(viewer => !viewer.Writer.TryWrite(frame) && viewer.Writer.TryComplete());
    }

    private byte[] Serialize(long bucket, IReadOnlyList<GuardRow> rows, IReadOnlyList<string> gone) =>
        JsonSerializer.SerializeToUtf8Bytes(new GuardFrame(Now, bucket, rows, gone), DashboardJson.Default.GuardFrame);
}
