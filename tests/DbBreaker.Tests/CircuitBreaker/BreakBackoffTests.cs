using DbBreaker.CircuitBreaker;

namespace DbBreaker.Tests.CircuitBreaker;

public sealed class BreakBackoffTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(3, 8)]
    [InlineData(4, 10)]
    [InlineData(1_000_000, 10)]
    public void Each_failed_recovery_doubles_the_break_up_to_the_maximum(int failed, int seconds) =>
        Assert.Equal(seconds, BreakBackoff.Next(_second, _second * 10, failed, random: 0).TotalSeconds);

    [Fact]
    public void A_grown_break_is_shortened_by_a_fifth_at_most() =>
        Assert.Equal(3.2, BreakBackoff.Next(_second, _second * 60, 2, random: 1).TotalSeconds);

    [Fact]
    public void The_first_break_has_no_jitter() =>
        Assert.Equal(_second, BreakBackoff.Next(_second, _second * 60, 0, random: 1));

    [Fact]
    public void A_grown_break_is_never_shorter_than_the_first() =>
        Assert.Equal(_second, BreakBackoff.Next(_second, _second, 3, random: 1));

    [Fact]
    public void The_longest_break_there_can_be_does_not_overflow() =>
        Assert.True(BreakBackoff.Next(_second, TimeSpan.MaxValue, int.MaxValue, random: 0) > TimeSpan.FromDays(10_000));
}
