using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DbBreaker.AspNetCore.Dashboard;

/// <summary>Who may change a guard, and from where. Says why not.</summary>
internal sealed class ControlGate(DbBreakerDashboardOptions options, IHostEnvironment environment, ControlToken token)
{
    public const string TokenHeader = "X-DbBreaker-Token";

    /// <summary>Whether the page offers the buttons; the endpoints check again.</summary>
    public async Task<bool> AllowsAsync(HttpContext context)
    {
        if (options.ControlPolicy is not { } policy) return environment.IsDevelopment();
        var authorization = context.RequestServices.GetService<IAuthorizationService>();
        if (authorization is null) return false;
        AuthorizationResult result =
            await authorization.AuthorizeAsync(context.User, null, policy).ConfigureAwait(false);
        return result.Succeeded;
    }

    /// <summary>Why a request to change something is refused, or null.</summary>
    public async Task<string?> RefusesAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        // Browsers set both headers themselves; a page of another site cannot.
        string site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0 && site != "same-origin") return "The request comes from another site.";
        string origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && !IsOwn(origin, request)) return "The request comes from another site.";
        if (!token.IsValid(request.Headers[TokenHeader], context.User))
            return $"The {TokenHeader} header is missing or from before a restart. Reload the page.";
        if (await AllowsAsync(context).ConfigureAwait(false)) return null;
        return options.ControlPolicy is null
            ? "Guards can be changed here in development only, until MapDbBreaker names a ControlPolicy."
            : "Your account may look, and not change anything.";
    }

    // Host and port only: behind a proxy that ends TLS the scheme differs.
    private static bool IsOwn(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri)
        && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
}
