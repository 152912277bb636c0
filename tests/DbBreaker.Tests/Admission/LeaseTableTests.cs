using DbBreaker.Admission;

namespace DbBreaker.Tests.Admission;

public sealed class LeaseTableTests
{
    private readonly LeaseTable _table = new(new GuardBench().Guard);

    [Fact]
    public void Every_claim_is_a_slot_of_its_own_however_many_there_are()
    {
        LeaseSlot[] slots = [.. Enumerable.Range(0, 1_000).Select(_ => _table.Claim(out long _))];
        Assert.Equal(1_000, slots.Distinct().Count());
        Assert.All(slots, s => Assert.Contains(s, _table.Slots));
    }

    [Fact]
    public void A_slot_is_used_again_under_another_version()
    {
        LeaseSlot slot = _table.Claim(out long first);
        Assert.True(slot.TryRelease(first));
        Assert.False(slot.TryRelease(first));
        Assert.True(slot.TryClaim(out long second));
        Assert.NotEqual(first, second);
        Assert.False(slot.TryRelease(first));
        Assert.True(LeaseSlot.IsHeld(slot.Version));
    }

    [Fact]
    public void Threads_never_share_a_slot()
    {
        int[] owners = new int[1];
        Parallel.For(0, 4, _ =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                LeaseSlot slot = _table.Claim(out long version);
                slot.AcquiredAt = version;
                if (slot.Version != version || slot.AcquiredAt != version || !slot.TryRelease(version))
                    Interlocked.Increment(ref owners[0]);
            }
        });
        Assert.Equal(0, owners[0]);
        Assert.DoesNotContain(_table.Slots, s => LeaseSlot.IsHeld(s.Version));
    }

    [Fact]
    public void A_leak_is_marked_once_for_each_hold()
    {
        LeaseSlot slot = _table.Claim(out long first);
        Assert.True(slot.TryMarkLeak(first));
        Assert.False(slot.TryMarkLeak(first));
        slot.TryRelease(first);
        slot.TryClaim(out long second);
        Assert.True(slot.TryMarkLeak(second));
    }

    [Fact]
    public void A_hold_without_an_owner_or_of_an_earlier_owner_is_no_orphan()
    {
        LeaseSlot slot = _table.Claim(out long first);
        Assert.False(slot.IsOrphaned(first));
        object owner = new();
        slot.Own(owner, first);
        Assert.False(slot.IsOrphaned(first));
        slot.TryRelease(first);
        slot.TryClaim(out long second);
        Assert.False(slot.IsOrphaned(second));
        GC.KeepAlive(owner);
    }
}
