using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;

namespace DbBreaker.AspNetCore.Dashboard;

/// <summary>Sends frames to one page until it goes, falls behind or the host stops. There is one each second, so a page
/// that hears nothing knows that it lost the stream.</summary>
internal sealed class DashboardStream(GuardRecorder recorder, IHostApplicationLifetime lifetime)
{
    private static readonly byte[] _prefix = "data: "u8.ToArray(), _end = "\n\n"u8.ToArray();

    public async Task Send(HttpContext context)
    {
        ChannelReader<byte[]>? frames = recorder.Join();
        if (frames is null)
        {
            context.Response.Headers.RetryAfter = "30";
            await DashboardEndpoints.Problem(context, 503, "Too many pages are open (MaxViewers).")
                .ConfigureAwait(false);
            return;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers["X-Accel-Buffering"] = "no";
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await foreach (byte[] frame in frames.ReadAllAsync(ended.Token).ConfigureAwait(false))
            {
                await context.Response.Body.WriteAsync(_prefix, ended.Token).ConfigureAwait(false);
                await context.Response.Body.WriteAsync(frame, ended.Token).ConfigureAwait(false);
                await context.Response.Body.WriteAsync(_end, ended.Token).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(ended.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The page was closed, or the host stops: that is how every stream ends.
        }
        finally
        {
            recorder.Leave(frames);
        }
    }
}
