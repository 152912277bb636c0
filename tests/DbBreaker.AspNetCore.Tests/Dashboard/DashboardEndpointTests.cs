using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace DbBreaker.AspNetCore.Tests.Dashboard;

public sealed class DashboardEndpointTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_list_tells_every_guard_with_its_state_and_reason()
    {
        await using TestApp app = await TestApp.StartAsync();
        Trip.Open(app.Registry.GetOrAdd("orders", Trip.Options()));
        app.Registry.GetOrAdd("billing");

        var list = await app.Client.GetFromJsonAsync<JsonElement>("/dbbreaker/guards", Token);

        JsonElement[] rows = [.. list.GetProperty("guards").EnumerateArray().Select(g => g.GetProperty("row"))];
        Assert.Equal(["Closed", "Open"], rows.Select(r => r.GetProperty("state").GetString()).Order());
        Assert.Contains(rows, r => r.GetProperty("reason").GetString()!.StartsWith("2 of 2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_guard_is_told_with_its_transitions_and_effective_options()
    {
        await using TestApp app = await TestApp.StartAsync();
        DbGuard guard = app.Registry.GetOrAdd("postgresql://db1:5432/orders", Trip.Options());
        Trip.Open(guard);
        for (int i = 0; i < 3; i++) guard.FallbackAnswered("replica");

        var detail = await app.Client.GetFromJsonAsync<JsonElement>(
            "/dbbreaker/guard?name=" + Uri.EscapeDataString("postgresql://db1:5432/orders"), Token);

        JsonElement transition = Assert.Single(detail.GetProperty("transitions").EnumerateArray());
        Assert.Equal("Open", transition.GetProperty("to").GetString());
        Assert.Equal(2, transition.GetProperty("failures").GetInt32());
        JsonElement option = detail.GetProperty("options").EnumerateArray()
            .Single(o => o.GetProperty("name").GetString() == "MinimumThroughput");
        Assert.Equal(("2", "20"), (option.GetProperty("value").GetString(), option.GetProperty("default").GetString()));
        Assert.Equal(180, detail.GetProperty("series").GetProperty("failed").GetArrayLength());
        Assert.Equal(2, SumOf("failed"));
        Assert.Equal(3, SumOf("fromFallback"));

        int SumOf(string series) =>
            detail.GetProperty("series").GetProperty(series).EnumerateArray().Sum(v => v.GetInt32());
    }

    [Fact]
    public async Task An_unknown_guard_is_not_found()
    {
        await using TestApp app = await TestApp.StartAsync();

        foreach (string query in (string[])["", "?name=", "?name=nobody"])
        {
            HttpResponseMessage response = await app.Client.GetAsync("/dbbreaker/guard" + query, Token);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
            Assert.Contains(
                "no guard of this name", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_page_forbids_everything_from_outside_and_to_be_framed()
    {
        await using TestApp app = await TestApp.StartAsync();

        HttpResponseMessage page = await app.Client.GetAsync("/dbbreaker", Token);

        string policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        string body = await page.Content.ReadAsStringAsync(Token);
        Assert.DoesNotContain("https://", body, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reading_needs_what_the_user_sets_on_the_endpoints()
    {
        await using TestApp app = await TestApp.StartAsync(a => a.MapDbBreaker("/ops/db").RequireAuthorization());

        foreach (string path in (string[])["", "/guards", "/guard?name=a", "/stream", "/page.js"])
            Assert.Equal(HttpStatusCode.Unauthorized, (await app.Client.GetAsync("/ops/db" + path, Token)).StatusCode);

        app.Client.DefaultRequestHeaders.Add("X-User", "reader");
        Assert.Equal(HttpStatusCode.OK, (await app.Client.GetAsync("/ops/db/guards", Token)).StatusCode);
    }

    [Fact]
    public async Task The_stream_sends_the_whole_first_and_a_transition_at_once()
    {
        await using TestApp app = await TestApp.StartAsync();
        DbGuard guard = app.Registry.GetOrAdd("orders", Trip.Options());
        using HttpRequestMessage request = new(HttpMethod.Get, "/dbbreaker/stream");
        using HttpResponseMessage response = await app.Client.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, Token);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync(Token));

        Assert.Contains("\"state\":\"Closed\"", await reader.ReadLineAsync(Token), StringComparison.Ordinal);
        guard.Isolate();

        string? line;
        do line = await reader.ReadLineAsync(Token);
        while (line is not null && !line.Contains("\"state\":\"Isolated\"", StringComparison.Ordinal));
        Assert.NotNull(line);
    }

    [Fact]
    public async Task More_viewers_than_allowed_are_told_to_come_later()
    {
        await using TestApp app = await TestApp.StartAsync(a => a.MapDbBreaker(configure: o => o.MaxViewers = 1));
        using HttpResponseMessage first = await app.Client.GetAsync(
            "/dbbreaker/stream", HttpCompletionOption.ResponseHeadersRead, Token);

        using HttpResponseMessage second = await app.Client.GetAsync(
            "/dbbreaker/stream", HttpCompletionOption.ResponseHeadersRead, Token);

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.StatusCode);
    }

    [Theory]
    [InlineData(" ", "here", 100)]
    [InlineData(null, "here", 0)]
    [InlineData(null, null, 100)]
    public async Task Options_that_are_not_valid_stop_the_start(string? policy, string? instance, int viewers)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => TestApp.StartAsync(a => a.MapDbBreaker(configure: o =>
        {
            o.ControlPolicy = policy;
            o.InstanceName = instance!;
            o.MaxViewers = viewers;
        })));
    }
}
