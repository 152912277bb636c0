using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;

namespace DbBreaker.AspNetCore.Tests.Page;

[Collection(Alone.Name)]
public sealed class PageTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task A_circuit_that_opens_is_on_the_page_within_two_seconds()
    {
        await using TestApp app = await TestApp.StartAsync();
        DbGuard guard = app.Registry.GetOrAdd("orders", Trip.Options());
        IPage page = await browser.OpenAsync(app.Address);
        await page.WaitForSelectorAsync("li[data-name=orders] .state[data-state=Closed]");

        var watch = Stopwatch.StartNew();
        Trip.Open(guard);
        await page.WaitForSelectorAsync("li[data-name=orders] .state[data-state=Open]");

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        string row = await page.InnerTextAsync("li[data-name=orders]");
        Assert.Contains("2 of 2", row, StringComparison.Ordinal);
        Assert.Equal("(1 open) DbBreaker", await page.TitleAsync());
    }

    [Fact]
    public async Task Isolate_and_reset_ask_first_and_then_do_it()
    {
        await using TestApp app = await TestApp.StartAsync();
        DbGuard guard = app.Registry.GetOrAdd("orders");
        IPage page = await browser.OpenAsync(app.Address);

        await page.ClickAsync("li[data-name=orders] > .row");
        await page.ClickAsync("#detail button:has-text('Isolate')");
        await page.ClickAsync("#confirm-cancel");
        Assert.Equal(CircuitState.Closed, guard.State);

        await page.ClickAsync("#detail button:has-text('Isolate')");
        await page.FillAsync("#confirm-reason", "<b>moving</b> house");
        await page.SelectOptionAsync("#confirm-minutes", "30");
        await page.ClickAsync("#confirm-go");
        await page.WaitForSelectorAsync("#detail .state[data-state=Isolated]");
        Assert.Equal(CircuitState.Isolated, guard.State);
        Assert.NotNull(guard.GetSnapshot().IsolatedUntil);
        Assert.Contains("<b>moving</b> house", await page.InnerTextAsync("#detail .why"), StringComparison.Ordinal);

        await page.ClickAsync("#detail button:has-text('Reset')");
        await page.ClickAsync("#confirm-go");
        await page.WaitForSelectorAsync("#detail .state[data-state=Closed]");
        Assert.Equal(CircuitState.Closed, guard.State);
    }

    [Fact]
    public async Task The_keyboard_is_enough()
    {
        await using TestApp app = await TestApp.StartAsync();
        foreach (string name in (string[])["alpha", "beta", "gamma"]) app.Registry.GetOrAdd(name);
        IPage page = await browser.OpenAsync(app.Address);

        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("a");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForSelectorAsync("#detail h2:has-text('beta')");
        await page.Keyboard.PressAsync("Escape");

        await page.WaitForSelectorAsync("#detail", new() { State = WaitForSelectorState.Hidden });
        Assert.Equal("beta", await page.EvaluateAsync<string>("document.activeElement.closest('li').dataset.name"));
    }

    [Fact]
    public async Task A_lost_stream_is_said_and_what_is_shown_is_marked_as_old()
    {
        TestApp app = await TestApp.StartAsync();
        app.Registry.GetOrAdd("orders");
        IPage page = await browser.OpenAsync(app.Address);

        await app.DisposeAsync();

        await page.WaitForSelectorAsync("#stream[data-stream=lost]");
        Assert.Contains("lost", await page.InnerTextAsync("#notice"), StringComparison.Ordinal);
        Assert.True(await page.EvaluateAsync<bool>("document.body.classList.contains('lost')"));
    }

    [Fact]
    public async Task An_application_that_comes_back_is_taken_up_by_itself()
    {
        TestApp before = await TestApp.StartAsync();
        before.Registry.GetOrAdd("orders");
        IPage page = await browser.OpenAsync(before.Address);
        Uri address = before.Address;
        await before.DisposeAsync();
        await page.WaitForSelectorAsync("#stream[data-stream=lost]");

        await using TestApp after = await TestApp.StartAsync(address: address);
        Trip.Open(after.Registry.GetOrAdd("billing", Trip.Options()));

        await page.WaitForSelectorAsync("#stream[data-stream=live]");
        await page.WaitForSelectorAsync("li[data-name=billing] .state[data-state=Open]");
        Assert.Equal(0, await page.Locator("li[data-name=orders]").CountAsync());
        Assert.False(await page.IsVisibleAsync("#notice"));
        Assert.False(await page.EvaluateAsync<bool>("document.body.classList.contains('lost')"));
    }

    [Fact]
    public async Task Without_the_right_to_control_there_are_no_buttons()
    {
        await using TestApp app = await TestApp.StartAsync(environment: "Production");
        app.Registry.GetOrAdd("orders");
        IPage page = await browser.OpenAsync(app.Address);

        await page.ClickAsync("li[data-name=orders] > .row");
        await page.WaitForSelectorAsync("#detail h2");

        Assert.Equal(0, await page.Locator("#detail .actions button").CountAsync());
    }

    [Fact]
    public async Task The_page_asks_nobody_but_its_own_host_and_breaks_none_of_its_own_rules()
    {
        await using TestApp app = await TestApp.StartAsync();
        Trip.Open(app.Registry.GetOrAdd("orders", Trip.Options()));
        IPage page = await browser.OpenAsync(app.Address);
        List<string> complaints = [], requests = [];
        page.Console += (_, message) => { if (message.Type is "error" or "warning") complaints.Add(message.Text); };
        page.PageError += (_, error) => complaints.Add(error);
        page.Request += (_, request) => requests.Add(request.Url);

        await page.ReloadAsync();
        await page.ClickAsync("li[data-name=orders] > .row");
        await page.WaitForSelectorAsync("#detail svg");

        Assert.Empty(complaints);
        Assert.NotEmpty(requests);
        Assert.All(requests, url => Assert.Contains(new Uri(url).Authority, (string[])["", app.Address.Authority]));
    }

    [Fact]
    public async Task Two_hundred_busy_guards_cost_less_than_a_tenth_of_a_second_of_script_each_second()
    {
        await using TestApp app = await TestApp.StartAsync();
        DbGuard[] guards =
            [.. Enumerable.Range(0, 200).Select(i => app.Registry.GetOrAdd($"guard-{i:000}", Trip.Options()))];
        IPage page = await browser.OpenAsync(app.Address);
        using CancellationTokenSource over = new();
        Task traffic = Task.Run(() => Use(guards, over.Token), TestContext.Current.CancellationToken);

        ICDPSession devTools = await page.Context.NewCDPSessionAsync(page);
        await devTools.SendAsync("Performance.enable");
        double before = await ScriptSecondsAsync(devTools);
        var watch = Stopwatch.StartNew();
        await page.WaitForTimeoutAsync(6_000);
        double spent = await ScriptSecondsAsync(devTools) - before;
        await over.CancelAsync();
        await traffic;

        double perSecond = 1_000 * spent / watch.Elapsed.TotalSeconds;
        TestContext.Current.SendDiagnosticMessage($"200 guards: {perSecond:0.0} ms of script a second");
        Assert.InRange(perSecond, double.Epsilon, 100);
        Assert.Equal(200, await page.Locator("#guards > li").CountAsync());
    }

    private static async Task<double> ScriptSecondsAsync(ICDPSession devTools)
    {
        JsonElement metrics = (await devTools.SendAsync("Performance.getMetrics"))!.Value.GetProperty("metrics");
        return metrics.EnumerateArray()
            .Single(m => m.GetProperty("name").GetString() == "ScriptDuration").GetProperty("value").GetDouble();
    }

    private static async Task Use(DbGuard[] guards, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            foreach (DbGuard guard in guards)
            {
                using DbGuardLease lease = await guard.AcquireAsync(CancellationToken.None);
                lease.ReportSuccess();
            }

            await Task.Delay(20, CancellationToken.None);
        }
    }
}
