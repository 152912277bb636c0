using DbBreaker.DependencyInjection;
using DbBreaker.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DbBreaker.Tests.DependencyInjection;

public sealed class GuardConfigurationTests
{
    [Fact]
    public void A_guard_takes_its_own_section_over_code_over_the_defaults()
    {
        using var container = new GuardContainer(
            ("Defaults:FailureRatio", "0.4"), ("Defaults:StallThreshold", "800ms"), ("Defaults:QueueLimit", "7"),
            ("Guards:orders:FailureRatio", "0.2"));
        container.Services.AddDbBreaker("orders", guard =>
        {
            guard.FailureRatio = 0.3;
            guard.StallThreshold = TimeSpan.FromSeconds(3);
        });
        container.Start();

        DbGuardOptions orders = container.Guard("orders").Options;

        Assert.Equal(0.2, orders.FailureRatio);
        Assert.Equal(TimeSpan.FromSeconds(3), orders.StallThreshold);
        Assert.Equal(7, orders.QueueLimit);
    }

    [Fact]
    public void Defaults_hold_for_guards_that_no_section_names()
    {
        using var container = new GuardContainer(("Defaults:FailureRatio", "0.4")).Start();

        Assert.Equal(0.4, container.Registry.GetOrAdd("other").Options.FailureRatio);
        Assert.Equal(0.4, container.Registry.GetOrAdd("third", new() { QueueLimit = 5 }).Options.FailureRatio);
    }

    [Fact]
    public void A_guard_that_was_used_before_the_start_is_brought_up_to_date()
    {
        using var container = new GuardContainer(("Guards:orders:FailureRatio", "0.2"));
        DbGuard early = container.Registry.GetOrAdd("orders");
        DbGuardLease held = early.Acquire();

        container.Start();

        Assert.Same(early, container.Guard("orders"));
        Assert.Equal(0.2, early.Options.FailureRatio);
        Assert.True(held.IsHeld);
    }

    [Fact]
    public void Names_differ_by_more_than_their_case()
    {
        using var container = new GuardContainer(("Guards:ORDERS:FailureRatio", "0.2")).Start();

        Assert.Equal(0.2, container.Registry.GetOrAdd("orders").Options.FailureRatio);
        Assert.Single(container.Registry.Guards);
    }

    [Theory]
    [InlineData("Guards:orders:FailureRation", "FailureRatio")]
    [InlineData("Guards:orders:stalTreshold", "StallThreshold")]
    [InlineData("Default:FailureRatio", "Defaults")]
    [InlineData("Guard:orders:FailureRatio", "Guards")]
    [InlineData("FailureRatio", "Defaults:FailureRatio")]
    public void An_unknown_key_is_warned_of_with_the_nearest_known_one(string key, string nearest)
    {
        using var container = new GuardContainer((key, "0.3")).Start();

        string line = Assert.Single(container.Lines(EventIds.KeyUnknown)).Message;

        Assert.Contains("DbBreaker:" + key.Split(':')[0], line, StringComparison.Ordinal);
        Assert.Contains(nearest, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Guards:orders:FailureRatio", "many", "DbBreaker:Guards:orders:FailureRatio is 'many'")]
    [InlineData("Guards:orders:FailureRatio", "7", "orders: FailureRatio is 7; accepted is 0.01 to 1")]
    [InlineData("Guards:orders:StallThreshold", "500", "accepted are 500ms, 2s, 5m, 1h or hh:mm:ss")]
    [InlineData("Guards:orders:Mode", "1", "accepted are Enforce, Observe and Disabled")]
    [InlineData("Guards:orders:Isolated", "perhaps", "accepted are true and false")]
    [InlineData(
        "Guards:orders:BreakDuration", "5m", "orders: MaxBreakDuration is 00:01:00, shorter than BreakDuration")]
    [InlineData(
        "Guards:orders:ProbeInterval", "2s",
        "orders: MaxProbeInterval is 00:00:01, shorter than ProbeInterval, 00:00:02")]
    [InlineData("Guards:orders:IsolatedUntil", "tomorrow", "accepted is a time such as")]
    [InlineData("Defaults:QueueLimit", "-1", "Defaults: QueueLimit is -1")]
    public void What_is_not_valid_stops_the_start_with_its_path_and_what_is_accepted(
        string key, string value, string text)
    {
        using var container = new GuardContainer((key, value));

        var error = Assert.Throws<OptionsValidationException>(() => container.Start());

        Assert.Contains(error.Failures, failure => failure.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        using var container = new GuardContainer(
            ("Guards:orders:FailureRatio", "many"), ("Guards:orders:QueueLimit", "x"), ("Defaults:OpenLimit", "0"));

        Assert.True(Assert.Throws<OptionsValidationException>(() => container.Start()).Failures.Count() >= 3);
    }

    [Fact]
    public void More_guards_than_a_registry_keeps_are_refused()
    {
        using var container = new GuardContainer(
            [.. Enumerable.Range(0, DbGuardRegistry.MaxGuards + 1)
                .Select(i => ($"Guards:g{i}:FailureRatio", (string?)"0.5"))]);

        var error = Assert.Throws<OptionsValidationException>(() => container.Start());

        Assert.Contains(error.Failures, failure => failure.Contains("4097 guards", StringComparison.Ordinal));
    }

    [Fact]
    public void Configuration_that_disagrees_with_code_wins_and_says_so()
    {
        using var container = new GuardContainer(("Guards:orders:FailureRatio", "0.2"));
        container.Services.AddDbBreaker("orders", guard => guard.FailureRatio = 0.3);
        container.Start();

        string line = Assert.Single(container.Lines(EventIds.CodeOverridden)).Message;

        Assert.Contains("orders: FailureRatio is 0.2 by configuration and 0.3 in code", line, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_code_to_use_a_configured_guard_has_its_say_and_the_second_must_agree()
    {
        using var container = new GuardContainer(("Guards:orders:FailureRatio", "0.2")).Start();

        DbGuard guard = container.Registry.GetOrAdd("orders", new() { QueueLimit = 5 });

        Assert.Equal((0.2, 5), (guard.Options.FailureRatio, guard.Options.QueueLimit));
        Assert.Same(guard, container.Registry.GetOrAdd("orders", new() { QueueLimit = 5 }));
        var error = Assert.Throws<InvalidOperationException>(
            () => container.Registry.GetOrAdd("orders", new() { QueueLimit = 6 }));
        Assert.Contains("QueueLimit is 5 there and 6 here", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_an_own_registry_the_container_gives_out_the_shared_one()
    {
        ServiceCollection services = [];
        services.AddDbBreaker();
        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Same(DbGuardRegistry.Shared, provider.GetRequiredService<DbGuardRegistry>());
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData(" TRUE ", true)]
    [InlineData("0", false)]
    [InlineData("false", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void The_kill_switch_is_one_variable(string? value, bool isOn)
    {
        Assert.Equal("DBBREAKER_DISABLED", KillSwitch.Variable);
        Assert.Equal(isOn, KillSwitch.IsSet(value));
    }

    [Fact]
    public void The_kill_switch_makes_every_guard_stand_aside_and_is_logged()
    {
        using var container = new GuardContainer(("Guards:orders:Mode", "Enforce"));
        container.Registry = new DbGuardRegistry(container.Time, isDisabled: true);
        container.Start();
        DbGuard guard = container.Guard("orders");
        guard.Isolate("maintenance");

        Assert.Equal(DbGuardMode.Disabled, guard.Options.Mode);
        Assert.False(guard.Acquire().IsHeld);
        Assert.Equal(LogLevel.Warning, Assert.Single(container.Lines(EventIds.AllDisabled)).Level);
    }
}
