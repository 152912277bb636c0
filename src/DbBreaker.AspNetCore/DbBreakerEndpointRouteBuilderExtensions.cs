using DbBreaker;
using DbBreaker.AspNetCore;
using DbBreaker.AspNetCore.Dashboard;
using DbBreaker.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Shows the guards of this process on a page.</summary>
public static class DbBreakerEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the live page, and what it shows as JSON at <c>{prefix}/guards</c>. Whatever is set on the result, such as
    /// <c>RequireAuthorization()</c>, is what reading needs. Changing a guard needs
    /// <see cref="DbBreakerDashboardOptions.ControlPolicy"/> as well; without one it is refused outside development.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">Where the page is.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>All endpoints of the page.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">An option is not valid.</exception>
    public static IEndpointConventionBuilder MapDbBreaker(
        this IEndpointRouteBuilder endpoints,
        string prefix = "/dbbreaker",
        Action<DbBreakerDashboardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        var options = new DbBreakerDashboardOptions();
        configure?.Invoke(options);
        options.Validate();

        IServiceProvider services = endpoints.ServiceProvider;
        DbGuardRegistry registry = services.GetService<DbGuardRegistry>() ?? DbGuardRegistry.Shared;
        var lifetime = services.GetRequiredService<IHostApplicationLifetime>();
        var recorder = new GuardRecorder(
            registry, services.GetService<TimeProvider>() ?? TimeProvider.System, options.MaxViewers);
        lifetime.ApplicationStopped.Register(recorder.Dispose);
        var token = new ControlToken();
        var gate = new ControlGate(options, services.GetRequiredService<IHostEnvironment>(), token);
        ILogger logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(DbBreakerTelemetry.LogCategory);

        RouteGroupBuilder group = endpoints.MapGroup(prefix);
        var page = new DashboardEndpoints(options, recorder, gate, token);
        var control = new ControlEndpoints(registry, gate, logger);
        group.MapGet("", (RequestDelegate)page.Page);
        foreach (string file in DashboardAssets.Files.Keys)
            group.MapGet("/" + file, (RequestDelegate)(context => DashboardEndpoints.File(context, file)));
        group.MapGet("/guards", (RequestDelegate)page.Guards);
        group.MapGet("/guard", (RequestDelegate)page.Guard);
        group.MapGet("/stream", (RequestDelegate)new DashboardStream(recorder, lifetime).Send);
        Guarded(group.MapPost("/isolate", (RequestDelegate)control.Isolate), options);
        Guarded(group.MapPost("/reset", (RequestDelegate)control.Reset), options);
        group.WithMetadata(new ExcludeFromDescriptionAttribute());
        return group;
    }

    private static void Guarded(IEndpointConventionBuilder endpoint, DbBreakerDashboardOptions options)
    {
        // The middleware's challenge sends who is not known to the login; the gate checks once more.
        if (options.ControlPolicy is { } policy) endpoint.RequireAuthorization(policy);
    }
}
