using Microsoft.Extensions.Time.Testing;

namespace DbBreaker.TestKit.Tests;

public sealed class EventuallyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_returns_once_the_condition_holds()
    {
        var asked = 0;
        await Eventually.BecomesTrueAsync(
            () => ++asked == 3, TimeSpan.FromMinutes(1), "the third time", cancellationToken: Token);
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task At_the_deadline_it_says_what_was_waited_for_and_why_it_failed()
    {
        var clock = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromSeconds(1) };
        var cause = new InvalidOperationException("no");
        var error = await Assert.ThrowsAsync<TimeoutException>(() => Eventually.BecomesTrueAsync(
            _ => throw cause, TimeSpan.FromSeconds(1), "the server answers", clock, cancellationToken: Token));
        Assert.Contains("the server answers", error.Message, StringComparison.Ordinal);
        Assert.Same(cause, error.InnerException);
    }

    [Fact]
    public async Task A_cancelled_wait_ends_as_cancelled()
    {
        using var source = new CancellationTokenSource();
        var wait = Eventually.BecomesTrueAsync(
            () => false, TimeSpan.FromMinutes(1), "never", cancellationToken: source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }
}
