using System.Diagnostics;
using System.Threading.Channels;

namespace WebApi;

/// <summary>What the visitors of one second got.</summary>
internal sealed record VisitorSecond(
    int Primary, int Standby, int Rejected, int Failed, int UnderWay, double SlowestMs);

/// <summary>Fifty visitors a second who read orders; every tenth writes one. They come whatever became of those before.
/// </summary>
internal sealed class Visitors : BackgroundService
{
    private const int PerSecond = 50, WriteEvery = 10;

    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(35) };
    private readonly Channel<(string Outcome, double Ms)> _ended =
        Channel.CreateBounded<(string, double)>(new BoundedChannelOptions(10_000)
        {
            FullMode = BoundedChannelFullMode.DropOldest,
        });

    private int _underWay;

    public Uri? Target { get; set; }

    /// <summary>Whether they come at all.</summary>
    public bool AreBusy { get; set; } = true;

    public VisitorSecond Last { get; private set; } = new(0, 0, 0, 0, 0, 0);

    public override void Dispose()
    {
        _client.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / PerSecond), TimeProvider.System);
        for (int i = 1; await timer.WaitForNextTickAsync(stoppingToken); i++)
        {
            if (i % PerSecond == 0) Last = SumUp();
            if (Target is not null && AreBusy) _ = VisitAsync(i % WriteEvery == 0, stoppingToken);
        }
    }

    private async Task VisitAsync(bool writes, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _underWay);
        long start = Stopwatch.GetTimestamp();
        string outcome = "failed";
        try
        {
            using HttpResponseMessage answer = writes
                ? await _client.PostAsync(new Uri(Target!, "/orders?item=tea"), null, cancellationToken)
                : await _client.GetAsync(new Uri(Target!, "/orders"), cancellationToken);
            if (answer.IsSuccessStatusCode)
                outcome = answer.Headers.Contains(OrderEndpoints.SourceHeader) ? "standby" : "primary";
            else if (answer.StatusCode == System.Net.HttpStatusCode.ServiceUnavailable) outcome = "rejected";
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            // A visitor who gives up, which is what "failed" says.
        }

        Interlocked.Decrement(ref _underWay);
        _ended.Writer.TryWrite((outcome, Stopwatch.GetElapsedTime(start).TotalMilliseconds));
    }

    private VisitorSecond SumUp()
    {
        List<(string Outcome, double Ms)> ended = [];
        while (_ended.Reader.TryRead(out (string, double) one)) ended.Add(one);
        int Count(string outcome) => ended.Count(one => one.Outcome == outcome);
        return new VisitorSecond(
            Count("primary"), Count("standby"), Count("rejected"), Count("failed"), Volatile.Read(ref _underWay),
            ended.Select(one => one.Ms).DefaultIfEmpty().Max());
    }
}
