using DbBreaker.Fallback.Cache.Stores;
using DbBreaker.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace DbBreaker.Tests.Fallback.Cache;

public sealed class StoreTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void Memory_holds_no_more_than_it_may_and_the_oldest_gives_way()
    {
        var memory = new MemoryEntries();
        for (int i = 0; i < 100; i++) memory.Set($"{i}", new byte[1000], now: i, expiresAt: 1000, maxBytes: 10_000);
        Assert.InRange(memory.Bytes, 1, 10_000);
        Assert.True(memory.TryGet("99", 100, out _));
        Assert.False(memory.TryGet("0", 100, out _));
        memory.Set("99", new byte[20_000], 100, 1000, 10_000);
        Assert.False(memory.TryGet("99", 100, out _));
        Assert.True(memory.TryGet("98", 999, out _));
        Assert.False(memory.TryGet("98", 1000, out _));
    }

    [Fact]
    public void An_entry_in_place_of_another_takes_only_its_own_room()
    {
        var memory = new MemoryEntries();
        for (int i = 0; i < 100; i++) memory.Set("one", new byte[1000], i, 1000, 10_000);
        Assert.Equal(1, memory.Count);
        Assert.InRange(memory.Bytes, 1000, 2000);
    }

    [Fact]
    public void What_two_entries_make_is_kept_for_as_long_as_either_and_what_has_expired_makes_nothing()
    {
        var memory = new MemoryEntries();
        memory.Set("one", [1], now: 0, expiresAt: 100, maxBytes: 10_000);
        memory.Set("one", [2], now: 50, expiresAt: 70, maxBytes: 10_000, static found => [.. found, 2]);
        Assert.True(memory.TryGet("one", 99, out byte[]? both));
        Assert.Equal([1, 2], both);
        memory.Set("one", [3], now: 100, expiresAt: 200, maxBytes: 10_000, static found => [.. found, 3]);
        Assert.True(memory.TryGet("one", 199, out byte[]? one));
        Assert.Equal([3], one);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_store_that_hangs_costs_its_deadline_once_and_then_nothing_for_a_while(bool blocks)
    {
        using var gate = new ManualResetEventSlim();
        var calls = new StoreCalls(TimeProvider.System, TimeSpan.FromMilliseconds(50), 2);
        int asked = 0;
        Task<int> Hang(CancellationToken token)
        {
            asked++;
            if (blocks) gate.Wait(_patience, CancellationToken.None);
            return new TaskCompletionSource<int>().Task;
        }

        if (blocks) Assert.Throws<TimeoutException>(() => calls.Ask(Hang));
        else await Assert.ThrowsAsync<TimeoutException>(() => calls.AskAsync(Hang, Token));
        await Assert.ThrowsAsync<TimeoutException>(() => calls.AskAsync(Hang, Token));
        Assert.Equal(1, asked);
        Assert.True(calls.IsResting);
        gate.Set();
        await Eventually.BecomesTrueAsync(() =>
            !calls.IsResting, _patience, "the rest is over", cancellationToken: Token);
    }

    [Fact]
    public async Task The_caller_s_own_cancellation_is_no_fault_of_the_store()
    {
        var calls = new StoreCalls(new FakeTimeProvider(), TimeSpan.FromSeconds(1), 2);
        using var source = new CancellationTokenSource();
        Task<int> asking = calls.AskAsync(static _ => new TaskCompletionSource<int>().Task, source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.False(calls.IsResting);
    }

    [Fact]
    public async Task Entries_on_their_way_are_found_replaced_and_written_once_at_a_time()
    {
        var gate = new TaskCompletionSource();
        var written = new List<byte>();
        var writes = new PendingWrites(async (_, write) =>
        {
            await gate.Task;
            lock (written) written.Add(write.Entry[0]);
        });
        for (byte i = 1; i <= 9; i++) Assert.True(writes.TryAdd("key", new([i], TimeSpan.FromMinutes(1))));
        Assert.Equal([9], writes.Find("key"));
        gate.SetResult();
        await Eventually.BecomesTrueAsync(() =>
            writes.Count == 0, _patience, "all is written", cancellationToken: Token);
        Assert.Equal(9, written[^1]);
        Assert.InRange(written.Count, 1, 2);
        Assert.Null(writes.Find("key"));
    }

    [Fact]
    public async Task A_store_that_is_too_slow_is_not_waited_for_and_what_finds_no_room_is_dropped()
    {
        var gate = new TaskCompletionSource();
        int atOnce = 0, most = 0;
        var writes = new PendingWrites(async (_, _) =>
        {
            int now = Interlocked.Increment(ref atOnce);
            InterlockedMax(ref most, now);
            await gate.Task;
            Interlocked.Decrement(ref atOnce);
        });
        int added = Enumerable.Range(0, 1000).Count(i =>
            writes.TryAdd($"{i}", new(new byte[10], TimeSpan.FromMinutes(1))));
        Assert.InRange(added, 1, 256);
        Assert.False(writes.TryAdd("huge", new(new byte[40 << 20], TimeSpan.FromMinutes(1))));
        gate.SetResult();
        await Eventually.BecomesTrueAsync(() =>
            writes.Count == 0, _patience, "all is written", cancellationToken: Token);
        Assert.InRange(most, 1, 4);
        Assert.True(writes.TryAdd("again", new(new byte[10], TimeSpan.FromMinutes(1))));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (int seen = target; value > seen; seen = target) Interlocked.CompareExchange(ref target, value, seen);
    }

    [Fact]
    public void A_write_that_merges_merges_with_what_waits_and_what_replaces_stays_a_replacement()
    {
        var writes = new PendingWrites(static (_, _) => new TaskCompletionSource().Task);
        PendingWrites.Write first = new([1], _patience, static found => [.. found, 1]);
        PendingWrites.Write second = new([2], _patience, static found => [.. found, 2]);
        Assert.True(writes.TryAdd("key", first) && writes.TryAdd("key", second));
        Assert.Equal([1, 2], writes.Find("key"));
        Assert.NotNull(second.After(first).Merge);
        Assert.True(writes.TryAdd("key", new([3], _patience)) && writes.TryAdd("key", second));
        Assert.Equal([3, 2], writes.Find("key"));
        Assert.Null(second.After(new([3], _patience)).Merge);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
