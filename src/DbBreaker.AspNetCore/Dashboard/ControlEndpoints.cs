using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DbBreaker.AspNetCore.Dashboard;

/// <summary>Isolate and reset, behind the gate.</summary>
internal sealed class ControlEndpoints(DbGuardRegistry registry, ControlGate gate, ILogger logger)
{
    private const int MaxBodyBytes = 4_096, MaxReason = 200;
    private const double MaxMinutes = 525_600;

    public async Task Isolate(HttpContext context)
    {
        if (await ReadAsync(context).ConfigureAwait(false) is not var (guard, request)) return;
        if (request.Minutes is { } minutes && !(minutes > 0 && minutes <= MaxMinutes))
        {
            await Refuse(context, 400, $"minutes is {minutes}; accepted is more than 0, up to {MaxMinutes:#,0}.")
                .ConfigureAwait(false);
            return;
        }

        string reason = Clean(request.Reason);
        guard.Isolate(reason.Length > 0 ? reason : null, request.Minutes is { } m ? TimeSpan.FromMinutes(m) : null);
        Log.Isolated(logger, guard.Name, UserOf(context), reason);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public async Task Reset(HttpContext context)
    {
        if (await ReadAsync(context).ConfigureAwait(false) is not var (guard, _)) return;
        guard.Reset();
        Log.WasReset(logger, guard.Name, UserOf(context));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task<(DbGuard Guard, ControlRequest Request)?> ReadAsync(HttpContext context)
    {
        if (await gate.RefusesAsync(context).ConfigureAwait(false) is { } refusal)
        {
            await Refuse(context, StatusCodes.Status403Forbidden, refusal).ConfigureAwait(false);
            return null;
        }

        if (!context.Request.HasJsonContentType() || context.Request.ContentLength is not (> 0 and <= MaxBodyBytes))
        {
            await Refuse(context, 400, $"A JSON body of up to {MaxBodyBytes:#,0} bytes is expected.")
                .ConfigureAwait(false);
            return null;
        }

        ControlRequest? request;
        try
        {
            request = await context.Request.ReadFromJsonAsync(
                DashboardJson.Default.ControlRequest, context.RequestAborted).ConfigureAwait(false);
        }
        catch (JsonException)
        {
            await Refuse(context, 400, "The body is no JSON of this kind.").ConfigureAwait(false);
            return null;
        }

        if (request?.Guard is { } name && registry.Find(name) is { } guard) return (guard, request);
        await Refuse(context, StatusCodes.Status404NotFound, "There is no guard of this name.").ConfigureAwait(false);
        return null;
    }

    // A line break in a reason would be a line of its own in a log.
    private static string Clean(string? reason)
    {
        string text = new([.. (reason ?? "").Where(static c => !char.IsControl(c)).Take(MaxReason)]);
        return text.Trim();
    }

    private static string UserOf(HttpContext context) => context.User.Identity?.Name ?? "somebody";

    private static Task Refuse(HttpContext context, int status, string text) =>
        DashboardEndpoints.Problem(context, status, text);
}
