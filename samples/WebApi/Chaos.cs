using DbBreaker.TestKit;

namespace WebApi;

/// <summary>A database of the sample's own, with a standby, that a visitor may hurt. One thing at a time.</summary>
internal sealed class Chaos : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ILogger<Chaos> _logger;
    private bool _isDown, _isFrozen, _isStandbyFrozen;

    private Chaos(PostgresPair pair, ILogger<Chaos> logger)
    {
        Pair = pair;
        _logger = logger;
    }

    public PostgresPair Pair { get; }

    public static async Task<Chaos> StartAsync(ILogger<Chaos> logger)
    {
        logger.LogInformation("Starting PostgreSQL and its standby ...");
        return new Chaos(await PostgresPair.StartAsync(), logger);
    }

    public async Task<string> DoAsync(string action)
    {
        await _turn.WaitAsync();
        try
        {
            _logger.LogInformation("Chaos: {Action}", action);
            return await (action switch
            {
                "freeze" when _isDown => Nothing("the primary is down"),
                "freeze" when _isFrozen => Nothing("the primary is frozen already"),
                "freeze" => DoAsync(Pair.Primary.FreezeAsync(), "the primary stands still", () => _isFrozen = true),
                "thaw" => DoAsync(Pair.Primary.ThawAsync(), "the primary goes on", () => _isFrozen = false),
                "kill" when _isDown => Nothing("the primary is down already"),
                "kill" => DoAsync(Pair.Primary.KillAsync(), "the primary was killed", Killed),
                "start" when !_isDown => Nothing("the primary is up"),
                "start" => DoAsync(Pair.Primary.StartAgainAsync(), "the primary is up again", () => _isDown = false),
                "freeze-standby" when _isStandbyFrozen => Nothing("the standby is frozen already"),
                "freeze-standby" => DoAsync(
                    Pair.Standby.FreezeAsync(), "the standby stands still", () => _isStandbyFrozen = true),
                "thaw-standby" => DoAsync(
                    Pair.Standby.ThawAsync(), "the standby goes on", () => _isStandbyFrozen = false),
                _ => Nothing($"'{action}' is not known"),
            });
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _turn.Dispose();
        await Pair.DisposeAsync();
    }

    private static Task<string> Nothing(string why) => Task.FromResult($"Nothing done: {why}.");

    private static async Task<string> DoAsync(Task action, string said, Action then)
    {
        await action;
        then();
        return $"Done: {said}.";
    }

    private void Killed() => (_isDown, _isFrozen) = (true, false);
}
