using DbBreaker.Admission;
using DbBreaker.Liveness;

namespace DbBreaker.Tests.Liveness;

public sealed class StallDetectorTests
{
    private static readonly TimeSpan _threshold = TimeSpan.FromTicks(100);

    [Theory]
    [InlineData(new long[0], 0, false)]
    [InlineData(new long[] { 0 }, 0, true)]
    [InlineData(new long[] { 901 }, 0, false)]
    [InlineData(new long[] { 900 }, 0, true)]
    [InlineData(new long[] { 0, 950 }, 0, true)]
    [InlineData(new long[] { 0, 950, 960 }, 0, false)]
    [InlineData(new long[] { 0, 10, 20 }, 901, false)]
    [InlineData(new long[] { 0, 10, 20 }, 900, true)]
    [InlineData(new long[] { LeaseSlot.NotRunning, LeaseSlot.NotRunning }, 0, false)]
    [InlineData(new long[] { LeaseSlot.NotRunning, 0 }, 0, true)]
    public void A_stall_is_most_running_operations_old_and_none_finished(
        long[] startedAt, long lastFinish, bool isStall)
    {
        var table = new LeaseTable(new GuardBench().Guard);
        foreach (long start in startedAt) table.Claim(out _).OperationStartedAt = start;
        Assert.Equal(isStall, StallDetector.Read(table.Slots, now: 1_000, lastFinish, _threshold).IsStall);
    }
}
