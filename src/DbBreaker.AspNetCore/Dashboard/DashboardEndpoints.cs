using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace DbBreaker.AspNetCore.Dashboard;

/// <summary>What the page asks for.</summary>
internal sealed class DashboardEndpoints(
    DbBreakerDashboardOptions options, GuardRecorder recorder, ControlGate gate, ControlToken token)
{
    // Nothing is loaded but from here, and nobody may frame the page to have its buttons clicked.
    private const string ContentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        + "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public async Task Page(HttpContext context)
    {
        // Its files are found relative to it, so it needs the slash, wherever it is mapped and whatever is in front.
        string path = context.Request.PathBase + context.Request.Path;
        bool canControl = await gate.AllowsAsync(context).ConfigureAwait(false);
        byte[] page = DashboardAssets.Page(path.TrimEnd('/') + "/", token.For(context.User), canControl);
        Harden(context.Response);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.Body.WriteAsync(page, context.RequestAborted).ConfigureAwait(false);
    }

    public static async Task File(HttpContext context, string name)
    {
        (string contentType, byte[] content) = DashboardAssets.Files[name];
        Harden(context.Response);
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.ETag = DashboardAssets.Tag;
        if (context.Request.Headers.IfNoneMatch == DashboardAssets.Tag)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = contentType;
        await context.Response.Body.WriteAsync(content, context.RequestAborted).ConfigureAwait(false);
    }

    public Task Guards(HttpContext context)
    {
        Harden(context.Response);
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(
            recorder.List(options.InstanceName), DashboardJson.Default.GuardList, null, context.RequestAborted);
    }

    public Task Guard(HttpContext context)
    {
        Harden(context.Response);
        context.Response.Headers.CacheControl = "no-store";
        string name = context.Request.Query["name"].ToString();
        return recorder.Detail(name) is { } detail
            ? context.Response.WriteAsJsonAsync(
                detail, DashboardJson.Default.GuardDetail, null, context.RequestAborted)
            : Problem(context, StatusCodes.Status404NotFound, "There is no guard of this name.");
    }

    internal static Task Problem(HttpContext context, int status, string detail) =>
        Results.Problem(detail, statusCode: status).ExecuteAsync(context);

    private static void Harden(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = ContentPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.XFrameOptions = "DENY";
    }
}
