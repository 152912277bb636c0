using DbBreaker.TestKit;

namespace WebApi;

/// <summary>A database of the sample's own, with a standby, that a visitor may hurt; and visitors who keep
/// asking.</summary>
internal sealed class Chaos : BackgroundService
{
    private readonly ILogger<Chaos> _logger;
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(35) };
    private volatile int _readsPerSecond = 50;

    private Chaos(PostgresPair pair, ILogger<Chaos> logger)
    {
        Pair = pair;
        _logger = logger;
    }

    public PostgresPair Pair { get; }

    public Uri? Target { get; set; }

    public static async Task<Chaos> StartAsync(ILogger<Chaos> logger)
    {
        logger.LogInformation("Starting PostgreSQL and its standby ...");
        return new Chaos(await PostgresPair.StartAsync(), logger);
    }

    public async Task<string> DoAsync(string action)
    {
        _logger.LogInformation("Chaos: {Action}", action);
        switch (action)
        {
            case "freeze": await Pair.Primary.FreezeAsync(); break;
            case "thaw": await Pair.Primary.ThawAsync(); break;
            case "kill": await Pair.Primary.KillAsync(); break;
            case "start": await Pair.Primary.StartAgainAsync(); break;
            case "freeze-standby": await Pair.Standby.FreezeAsync(); break;
            case "thaw-standby": await Pair.Standby.ThawAsync(); break;
            case "calm": _readsPerSecond = 0; break;
            case "busy": _readsPerSecond = 50; break;
            default:
                return $"'{action}' is not known; freeze, thaw, kill, start, freeze-standby, thaw-standby, calm, busy "
                    + "are.";
        }

        return $"{action}: done";
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Pair.DisposeAsync();
    }

    public override void Dispose()
    {
        _client.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        for (int i = 0; await timer.WaitForNextTickAsync(stoppingToken); i++)
        {
            if (Target is null || _readsPerSecond == 0) continue;
            _ = VisitAsync(write: i % 10 == 0, stoppingToken);
        }
    }

    private async Task VisitAsync(bool write, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage answer = write
                ? await _client.PostAsync(new Uri(Target!, "/orders?item=tea"), null, cancellationToken)
                : await _client.GetAsync(new Uri(Target!, "/orders"), cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            // A visitor who gives up; the page shows what became of the request.
        }
    }
}
