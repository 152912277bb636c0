using Microsoft.Extensions.Time.Testing;

namespace DbBreaker.Tests;

public sealed class RegistryTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly DbGuardRegistry _registry;

    public RegistryTests() => _registry = new DbGuardRegistry(_time);

    [Fact]
    public void Case_13_whoever_asks_by_name_shares_the_guard_and_its_isolation()
    {
        DbGuard guard = _registry.GetOrAdd("orders");
        Assert.Same(guard, _registry.GetOrAdd("orders"));
        Assert.Same(guard, _registry.Find("orders"));
        guard.Isolate();
        Assert.False(_registry.GetOrAdd("orders").TryAcquire(out _));
        guard.Reset();
        Assert.True(_registry.GetOrAdd("orders").TryAcquire(out _));
    }

    [Fact]
    public void The_same_options_again_are_no_conflict_and_other_ones_are_named_with_both_values()
    {
        _registry.GetOrAdd("orders", new DbGuardOptions { FailureRatio = 0.3 });
        _registry.GetOrAdd("orders", new DbGuardOptions { FailureRatio = 0.3 });
        _registry.GetOrAdd("orders");
        var conflict = Assert.Throws<InvalidOperationException>(
            () => _registry.GetOrAdd("orders", new DbGuardOptions { FailureRatio = 0.7 }));
        string[] parts = ["orders", "FailureRatio", "0.3", "0.7"];
        foreach (string part in parts) Assert.Contains(part, conflict.Message);
    }

    [Fact]
    public void Options_are_read_once()
    {
        var options = new DbGuardOptions { PermitLimit = 1 };
        DbGuard guard = _registry.GetOrAdd("orders", options);
        options.PermitLimit = 5;
        Assert.Equal(1, guard.GetSnapshot().PermitLimit);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    public void A_name_is_not_blank(string name) => Assert.ThrowsAny<ArgumentException>(() => _registry.GetOrAdd(name));

    [Fact]
    public void A_name_is_given_and_not_longer_than_200()
    {
        Assert.Throws<ArgumentNullException>(() => _registry.GetOrAdd(null!));
        Assert.Throws<ArgumentNullException>(() => _registry.Find(null!));
        _registry.GetOrAdd(new string('n', 200));
        var error = Assert.Throws<ArgumentException>(() => _registry.GetOrAdd(new string('n', 201)));
        Assert.Contains("201", error.Message);
        Assert.Contains("200", error.Message);
    }

    [Fact]
    public void An_option_out_of_range_makes_no_guard()
    {
        Assert.Throws<ArgumentException>(
            () => _registry.GetOrAdd("orders", new DbGuardOptions { FailureRatio = double.NaN }));
        Assert.Null(_registry.Find("orders"));
    }

    [Fact]
    public void Case_56_the_least_recently_used_idle_guard_makes_room_and_an_open_one_never()
    {
        DbGuard open = _registry.GetOrAdd("open", new DbGuardOptions { MinimumThroughput = 2 });
        DbGuard isolated = _registry.GetOrAdd("isolated");
        isolated.Isolate();
        DbGuard used = _registry.GetOrAdd("used");
        using DbGuardLease lease = used.Acquire();
        for (int i = 0; i < 2; i++)
        {
            using DbGuardLease failing = open.Acquire();
            failing.ReportFailure(GuardBench.Gone(), DbPhase.Executing);
        }

        Assert.Equal(CircuitState.Open, open.State);
        for (int i = 0; i < DbGuardRegistry.MaxGuards + 50; i++)
        {
            _time.Advance(TimeSpan.FromTicks(10));
            _registry.GetOrAdd($"guard {i}");
        }

        Assert.Equal(DbGuardRegistry.MaxGuards, _registry.Guards.Count);
        Assert.Same(open, _registry.Find("open"));
        Assert.Same(isolated, _registry.Find("isolated"));
        Assert.Same(used, _registry.Find("used"));
        Assert.Null(_registry.Find("guard 0"));
        Assert.NotNull(_registry.Find($"guard {DbGuardRegistry.MaxGuards + 49}"));
    }

    [Fact]
    public void Without_an_idle_guard_there_is_no_room_and_the_error_says_what_to_do()
    {
        for (int i = 0; i < DbGuardRegistry.MaxGuards; i++) _registry.GetOrAdd($"guard {i}").Isolate();
        var error = Assert.Throws<InvalidOperationException>(() => _registry.GetOrAdd("one more"));
        Assert.Contains("4096", error.Message);
        Assert.Contains("common guard name", error.Message);
    }

    [Fact]
    public void Threads_that_ask_for_one_name_get_one_guard()
    {
        DbGuard[] guards = new DbGuard[64];
        Parallel.For(0, guards.Length, i => guards[i] = _registry.GetOrAdd("orders"));
        Assert.Single(guards.Distinct());
    }
}
