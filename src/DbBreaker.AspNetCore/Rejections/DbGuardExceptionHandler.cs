using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DbBreaker.AspNetCore.Rejections;

/// <summary>
/// Answers a guard's rejection with 503, Retry-After and problem details. The guard's name and numbers stay inside: the
/// caller of an API has no use for where the database stands. In development the text is in the details.
/// </summary>
internal sealed class DbGuardExceptionHandler(IHostEnvironment environment) : IExceptionHandler
{
    private const int MaxDepth = 32;

    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (Find(exception, MaxDepth) is not { } rejection || httpContext.Response.HasStarted) return false;
        int seconds = WholeSeconds(rejection.RetryAfter);
        var problem = new ProblemDetails
        {
            Status = StatusCodes.Status503ServiceUnavailable,
            Title = "The database is not available.",
            Type = "https://tools.ietf.org/html/rfc9110#section-15.6.4",
            Detail = environment.IsDevelopment() ? rejection.Message : $"Try again in {seconds} s.",
            Extensions = { ["retryAfter"] = seconds },
        };
        HttpResponse response = httpContext.Response;
        response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        response.Headers.CacheControl = "no-store";
        if (httpContext.RequestServices.GetService<IProblemDetailsService>() is { } service
            && await service.TryWriteAsync(new() { HttpContext = httpContext, ProblemDetails = problem })
                .ConfigureAwait(false)) return true;
        await Results.Problem(problem).ExecuteAsync(httpContext).ConfigureAwait(false);
        return true;
    }

    /// <summary>Zero would invite an immediate retry of what was rejected a moment ago.</summary>
    internal static int WholeSeconds(TimeSpan retryAfter) =>
        (int)Math.Clamp(Math.Ceiling(retryAfter.TotalSeconds), 1, int.MaxValue);

    /// <summary>The rejection in a chain: EF Core wraps it in DbUpdateException, tasks in AggregateException.</summary>
    internal static DbGuardException? Find(Exception exception, int depth = MaxDepth)
    {
        if (exception is DbGuardException rejection) return rejection;
        if (depth == 0) return null;
        if (exception is not AggregateException aggregate)
            return exception.InnerException is { } inner ? Find(inner, depth - 1) : null;
        foreach (Exception inner in aggregate.InnerExceptions)
        {
            if (Find(inner, depth - 1) is { } found) return found;
        }

        return null;
    }
}
