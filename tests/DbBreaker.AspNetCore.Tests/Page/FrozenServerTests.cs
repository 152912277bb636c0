using System.Diagnostics;
using DbBreaker.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Npgsql;

namespace DbBreaker.AspNetCore.Tests.Page;

/// <summary>A real PostgreSQL freezes under load while a real browser looks at the page.</summary>
[Collection(Alone.Name)]
public sealed class FrozenServerTests(Browser browser) : IClassFixture<Browser>
{
    private const int Freezes = 3;
    private const string Guard = "frozen-server", User = "u5er_nobody_shows", Password = "pa55word_nobody_shows";

    [Fact]
    public async Task A_freeze_is_on_the_page_within_two_seconds_and_nothing_that_is_told_holds_a_secret()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using PostgresServer server = await PostgresServer.StartAsync(
            new() { User = User, Password = Password }, token);
        using EmissionScan told = new(User, Password, "select 41");
        await using TestApp app = await TestApp.StartAsync(
            Map, addServices: services => services.AddHealthChecks().AddDbBreaker(),
            registry: DbGuardRegistry.Shared, logTo: told);
        NpgsqlDataSource driver = NpgsqlDataSource.Create(server.ConnectionString + ";Maximum Pool Size=10;Timeout=5");
        await using GuardedDbDataSource source = driver.WithCircuitBreaker(Guard);
        using CancellationTokenSource over = new();
        Task[] traffic = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(() => Use(source, told, over.Token), token))];
        IPage page = await browser.OpenAsync(app.Address);
        await page.WaitForSelectorAsync($"li[data-name={Guard}] .state[data-state=Closed]");

        List<TimeSpan> seen = [];
        for (int i = 0; i < Freezes; i++)
        {
            await server.FreezeAsync(token);
            var watch = Stopwatch.StartNew();
            await page.WaitForSelectorAsync($"li[data-name={Guard}] .state[data-state=Open]");
            seen.Add(watch.Elapsed);
            if (i == 0) await LookAroundAsync(app, page, told);
            await server.ThawAsync(token);
            await page.WaitForSelectorAsync(
                $"li[data-name={Guard}] .state[data-state=Closed]", new() { Timeout = 30_000 });
        }

        string times = string.Join(", ", seen.Select(time => $"{time.TotalSeconds:0.00} s"));
        TestContext.Current.SendDiagnosticMessage($"Freezes were on the page after {times}.");
        await over.CancelAsync();
        await Task.WhenAll(traffic);

        // The middle one: a single look may hit a pause of the machine, not of the page.
        Assert.True(seen.Order().ElementAt(Freezes / 2) <= TimeSpan.FromSeconds(2), times);
        Assert.True(told.Heard > 20);
        Assert.Empty(told.Findings);
    }

    private static async Task LookAroundAsync(TestApp app, IPage page, EmissionScan told)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await page.ClickAsync($"li[data-name={Guard}] > .row");
        await page.WaitForSelectorAsync("#detail svg");
        told.Hear("page", await page.ContentAsync());
        foreach (string path in (string[])["/dbbreaker/guards", "/dbbreaker/guard?name=" + Guard, "/health"])
            told.Hear(path, await (await app.Client.GetAsync(path, token)).Content.ReadAsStringAsync(token));
    }

    private static void Map(WebApplication app)
    {
        app.MapDbBreaker();
        app.MapHealthChecks("/health", new()
        {
            ResponseWriter = static (context, report) =>
                context.Response.WriteAsync(string.Join('\n', report.Entries.Values
                .SelectMany(e => e.Data.Values.Prepend(e.Description ?? "")))),
        });
    }

    private static async Task Use(GuardedDbDataSource source, EmissionScan told, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            using Activity? activity = told.StartActivity("request");
            try
            {
                await using var command = source.CreateCommand("select 41 + 1");
                await command.ExecuteScalarAsync(CancellationToken.None);
            }
            catch (DbGuardException)
            {
                // Heard when it was thrown.
            }
            catch (NpgsqlException)
            {
                // The driver's own error of a call that was inside when the server froze; its text is the driver's.
            }

            await Task.Delay(10, CancellationToken.None);
        }
    }
}
