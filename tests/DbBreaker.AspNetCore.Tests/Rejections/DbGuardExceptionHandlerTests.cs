using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DbBreaker.AspNetCore.Tests.Rejections;

public sealed class DbGuardExceptionHandlerTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("update")]
    [InlineData("aggregate")]
    [InlineData("deep")]
    public async Task A_rejection_however_wrapped_becomes_503_with_retry_after_and_problem_details(string path)
    {
        await using TestApp app = await StartAsync("Production");

        HttpResponseMessage response = await app.Client.GetAsync("/" + path, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal(503, problem.GetProperty("status").GetInt32());
        Assert.True(problem.GetProperty("retryAfter").GetInt32() >= 1);
        Assert.DoesNotContain("orders", problem.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_development_the_details_say_which_guard_and_why()
    {
        await using TestApp app = await StartAsync("Development");

        string body = await (await app.Client.GetAsync("/plain", TestContext.Current.CancellationToken))
            .Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Contains("orders", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_errors_stay_what_they_are()
    {
        await using TestApp app = await StartAsync("Production");

        HttpResponseMessage response = await app.Client.GetAsync("/other", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Null(response.Headers.RetryAfter);
    }

    private static Task<TestApp> StartAsync(string environment) => TestApp.StartAsync(
        app =>
        {
            app.UseExceptionHandler();
            DbGuard guard = app.Services.GetRequiredService<DbGuardRegistry>().GetOrAdd("orders", Trip.Options());
            Trip.Open(guard);
            Map(app, "/plain", () => guard.Acquire().Dispose());
            Map(app, "/update", () => throw new DbUpdateException("saving", Rejection(guard)));
            Map(app, "/aggregate", () => throw new AggregateException(new TimeoutException(), Rejection(guard)));
            Map(app, "/deep", () => throw new InvalidOperationException("a", new IOException("b", Rejection(guard))));
            Map(app, "/other", () => throw new InvalidOperationException("other"));
        },
        environment,
        services => services.AddDbBreakerExceptionHandler());

    private static void Map(WebApplication app, string path, Action act) => app.MapGet(path, (HttpContext _) =>
    {
        act();
        return "never";
    });

    private static DbCircuitOpenException Rejection(DbGuard guard) =>
        Assert.Throws<DbCircuitOpenException>(() => guard.Acquire());
}
