using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;

namespace DbBreaker.AspNetCore.Tests.Dashboard;

public sealed class ControlTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_the_token_a_guard_is_isolated_for_a_time_and_reset()
    {
        await using TestApp app = await TestApp.StartAsync();
        DbGuard guard = app.Registry.GetOrAdd("orders");
        string token = await app.TokenAsync();

        HttpResponseMessage isolated = await PostAsync(
            app, "isolate", new { guard = "orders", reason = "moving\r\nhouse", minutes = 5 }, token);

        Assert.Equal(HttpStatusCode.NoContent, isolated.StatusCode);
        Assert.Equal(CircuitState.Isolated, guard.State);
        Assert.Equal("isolated: movinghouse", guard.GetSnapshot().Reason);
        Assert.NotNull(guard.GetSnapshot().IsolatedUntil);

        HttpResponseMessage reset = await PostAsync(app, "reset", new { guard = "orders" }, token);
        Assert.Equal(HttpStatusCode.NoContent, reset.StatusCode);
        Assert.Equal(CircuitState.Closed, guard.State);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task A_post_from_a_foreign_site_is_refused_even_with_the_token(string header, string value)
    {
        await using TestApp app = await TestApp.StartAsync();
        app.Registry.GetOrAdd("orders");

        HttpResponseMessage response = await PostAsync(
            app, "isolate", new { guard = "orders" }, await app.TokenAsync(), headers: (header, value));

        await AssertRefusedAsync(app, response, "another site");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0123456789ABCDEF")]
    public async Task A_post_without_the_token_is_refused(string? token)
    {
        await using TestApp app = await TestApp.StartAsync();
        app.Registry.GetOrAdd("orders");

        HttpResponseMessage response = await PostAsync(app, "isolate", new { guard = "orders" }, token);

        await AssertRefusedAsync(app, response, "Reload the page");
    }

    [Fact]
    public async Task Another_users_token_is_no_token()
    {
        await using TestApp app = await TestApp.StartAsync();
        app.Registry.GetOrAdd("orders");

        HttpResponseMessage response = await PostAsync(
            app, "isolate", new { guard = "orders" }, await app.TokenAsync("reader"), headers: ("X-User", "ops"));

        await AssertRefusedAsync(app, response, "Reload the page");
    }

    [Fact]
    public async Task Outside_development_nothing_can_be_changed_until_a_policy_is_named()
    {
        await using TestApp app = await TestApp.StartAsync(environment: "Production");
        app.Registry.GetOrAdd("orders");

        await AssertRefusedAsync(
            app, await PostAsync(app, "isolate", new { guard = "orders" }, await app.TokenAsync()), "ControlPolicy");
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("reader", HttpStatusCode.Forbidden)]
    [InlineData("ops", HttpStatusCode.NoContent)]
    public async Task A_policy_decides_who_may(string? user, HttpStatusCode expected)
    {
        await using TestApp app = await TestApp.StartAsync(
            a => a.MapDbBreaker(configure: o => o.ControlPolicy = "ops"), "Production");
        DbGuard guard = app.Registry.GetOrAdd("orders");
        (string, string)[] headers = user is null ? [] : [("X-User", user)];

        HttpResponseMessage response = await PostAsync(
            app, "isolate", new { guard = "orders" }, await app.TokenAsync(user), headers);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(expected == HttpStatusCode.NoContent, guard.State == CircuitState.Isolated);
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_with_what_is_accepted()
    {
        await using TestApp app = await TestApp.StartAsync();
        app.Registry.GetOrAdd("orders");
        string token = await app.TokenAsync();

        Assert.Equal(HttpStatusCode.NotFound, await StatusOf("isolate", new { guard = "nobody" }));
        Assert.Equal(HttpStatusCode.NotFound, await StatusOf("reset", new { }));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusOf("isolate", new { guard = "orders", minutes = -1 }));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusOf("isolate", "nonsense"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusOf("isolate", new { guard = new string('x', 5_000) }));
        Assert.Equal(CircuitState.Closed, app.Registry.GetOrAdd("orders").State);

        async Task<HttpStatusCode> StatusOf(string what, object body) =>
            (await PostAsync(app, what, body, token)).StatusCode;
    }

    private static async Task AssertRefusedAsync(TestApp app, HttpResponseMessage response, string why)
    {
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains(why, await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Equal(CircuitState.Closed, app.Registry.GetOrAdd("orders").State);
    }

    private static async Task<HttpResponseMessage> PostAsync(
        TestApp app, string what, object body, string? token, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/dbbreaker/" + what);
        request.Content = JsonContent.Create(body);
        await request.Content.LoadIntoBufferAsync(Token);
        if (token is not null) request.Headers.TryAddWithoutValidation("X-DbBreaker-Token", token);
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await app.Client.SendAsync(request, Token);
    }
}
