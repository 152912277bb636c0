using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;

namespace DbBreaker.AspNetCore.Tests.Page;

/// <summary>What a real browser lets a page of another site do to a guard: nothing.</summary>
public sealed class ForeignSiteTests(Browser browser) : IClassFixture<Browser>
{
    private const string Body = "{\"guard\":\"orders\"}";

    [Theory]
    [InlineData("fetch(target, { method: 'POST', mode: 'no-cors', credentials: 'include', body })")]
    [InlineData("""
        fetch(target, {
          method: 'POST', body, headers: { 'Content-Type': 'application/json', 'X-DbBreaker-Token': 'x' },
        })
        """)]
    [InlineData("new Promise(done => { navigator.sendBeacon(target, body); done(); })")]
    [InlineData("""
        new Promise(done => {
          const form = document.createElement('form');
          Object.assign(form, { method: 'post', action: target, enctype: 'text/plain' });
          form.append(Object.assign(document.createElement('input'), { name: body, value: '' }));
          document.body.append(form);
          form.submit();
          done();
        })
        """)]
    public async Task A_page_of_another_site_changes_nothing(string attempt)
    {
        await using TestApp app = await TestApp.StartAsync();
        DbGuard guard = app.Registry.GetOrAdd("orders");
        await using TestApp foreign = await TestApp.StartAsync(MapForeign);
        IPage page = await browser.OpenAsync(foreign.Address, path: "/evil");
        TaskCompletionSource<int> ended = new();
        page.Response += (_, response) =>
        {
            if (response.Url.EndsWith("/isolate", StringComparison.Ordinal)) ended.TrySetResult(response.Status);
        };
        // The browser asks first, and the answer allows nothing: the request itself is not sent.
        page.RequestFailed += (_, request) =>
        {
            if (request.Url.EndsWith("/isolate", StringComparison.Ordinal)) ended.TrySetResult(0);
        };

        await page.EvaluateAsync(
            $"([target, body]) => {{ ({attempt}).catch(() => {{}}); }}",
            new[] { new Uri(app.Address, "/dbbreaker/isolate").ToString(), Body });

        int status = await ended.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Contains(status, (int[])[0, 400, 403]);
        Assert.Equal(CircuitState.Closed, guard.State);
    }

    [Fact]
    public async Task A_page_of_another_site_cannot_read_the_token_or_frame_the_page()
    {
        await using TestApp app = await TestApp.StartAsync();
        await using TestApp foreign = await TestApp.StartAsync(MapForeign);
        IPage page = await browser.OpenAsync(foreign.Address, path: "/evil");

        string read = await page.EvaluateAsync<string>(
            "target => fetch(target).then(answer => answer.text(), error => 'refused')",
            new Uri(app.Address, "/dbbreaker").ToString());
        List<string> requests = [];
        page.Request += (_, request) => requests.Add(request.Url);
        await page.EvaluateAsync(
            """
            target => new Promise(done => {
              const frame = Object.assign(document.createElement('iframe'), { src: target });
              // What a browser refuses to frame becomes an error page, which loads all the same.
              frame.onload = done;
              document.body.append(frame);
            })
            """,
            new Uri(app.Address, "/dbbreaker").ToString());

        Assert.Equal("refused", read);
        Assert.Contains(requests, url => url.EndsWith("/dbbreaker", StringComparison.Ordinal));
        Assert.DoesNotContain(requests, url => url.EndsWith(".js", StringComparison.Ordinal));
    }

    private static void MapForeign(WebApplication app) => app.MapGet(
        "/evil", () => TypedResults.Content("<!doctype html><title>evil</title><body></body>", "text/html"));
}
