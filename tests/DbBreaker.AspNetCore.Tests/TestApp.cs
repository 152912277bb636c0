using System.Security.Claims;
using System.Text.Encodings.Web;
using DbBreaker.TestKit;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DbBreaker.AspNetCore.Tests;

/// <summary>An application on a port of its own, with guards of its own. The header X-User signs in; the user "ops" may
/// control.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestApp(WebApplication app, DbGuardRegistry registry)
    {
        _app = app;
        Registry = registry;
        Client = new HttpClient(new HearingHandler()) { BaseAddress = new Uri(_app.Urls.First()) };
    }

    public DbGuardRegistry Registry { get; }

    public HttpClient Client { get; }

    public Uri Address => Client.BaseAddress!;

    public static async Task<TestApp> StartAsync(
        Action<WebApplication>? map = null, string environment = "Development",
        Action<IServiceCollection>? addServices = null, DbGuardRegistry? registry = null,
        ILoggerProvider? logTo = null, Uri? address = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.UseUrls(address?.ToString() ?? "http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(logTo ?? Emitted.Scan);
        registry ??= new(null, isDisabled: false);
        builder.Services.AddSingleton(_ => registry);
        builder.Services.AddDbBreaker();
        builder.Services.AddAuthentication("header")
            .AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("header", null);
        builder.Services.AddAuthorizationBuilder()
            .AddPolicy("ops", policy => policy.RequireAuthenticatedUser().RequireUserName("ops"));
        addServices?.Invoke(builder.Services);
        WebApplication app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        if (map is null) app.MapDbBreaker();
        else map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new TestApp(app, registry);
    }

    /// <summary>The token that the page gives to a user.</summary>
    public async Task<string> TokenAsync(string? user = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/dbbreaker");
        if (user is not null) request.Headers.Add("X-User", user);
        HttpResponseMessage response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        string page = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        const string mark = "data-token=\"";
        int from = page.IndexOf(mark, StringComparison.Ordinal) + mark.Length;
        return page[from..page.IndexOf('"', from)];
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    /// <summary>Everything that the application answers is told, too; a stream has no end to wait for.</summary>
    private sealed class HearingHandler() : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            if (response.Content.Headers.ContentType?.MediaType == "text/event-stream") return response;
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            Emitted.Scan.Hear(
                request.RequestUri!.PathAndQuery,
                $"{response.Headers} {await response.Content.ReadAsStringAsync(cancellationToken)}");
            return response;
        }
    }

    private sealed class HeaderAuthentication(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            string? user = Request.Headers["X-User"];
            if (user is null) return Task.FromResult(AuthenticateResult.NoResult());
            ClaimsIdentity identity = new([new Claim(ClaimTypes.Name, user)], Scheme.Name);
            return Task.FromResult(AuthenticateResult.Success(new(new ClaimsPrincipal(identity), Scheme.Name)));
        }
    }
}
