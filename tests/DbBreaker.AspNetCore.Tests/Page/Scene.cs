using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DbBreaker.AspNetCore.Tests.Page;

/// <summary>Fifteen minutes of a service with a few databases, played fast: one that failed twice, one in maintenance,
/// one that only observes, and some that are well.</summary>
internal sealed class Scene : IAsyncDisposable
{
    private const int Minutes = 15, StepMs = 250, TickMs = 50;

    private readonly CancellationTokenSource _over = new();
    private readonly TestApp _app;
    private readonly Task _play;

    private Scene(TestApp app, Action<double> step)
    {
        _app = app;
        _play = Task.Run(() => GoOnAsync(step, _over.Token));
    }

    public Uri Address => _app.Address;

    public static async Task<Scene> StartAsync()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow - TimeSpan.FromMinutes(Minutes));
        DbGuardRegistry registry = new(time, isDisabled: false);
        TestApp app = await TestApp.StartAsync(
            addServices: services => services.AddSingleton<TimeProvider>(time), registry: registry);
        Actor[] cast =
        [
            new(registry, "orders", 40, now => now is > 3.2 and < 4.6 or > 14.2 ? 1 : 0),
            new(registry, "billing", 25, _ => 0),
            new(registry, "postgresql://db2:5432/catalogue", 60, _ => .01),
            new(registry, "reporting", 6, now => now is > 9 and < 9.4 ? .9 : 0, DbGuardMode.Observe),
            new(registry, "sqlserver://legacy:1433/erp", 3, _ => .03),
            new(registry, "sessions", 80, now => now is > 6 and < 6.2 ? .2 : 0),
            new(registry, "search-index", 12, _ => 0),
        ];
        Random random = new(7);
        void Step(double minute)
        {
            foreach (Actor actor in cast) actor.Play(random, minute);
            for (int i = 0; i < StepMs / TickMs; i++) time.Advance(TimeSpan.FromMilliseconds(TickMs));
        }

        for (int ms = 0; ms < Minutes * 60_000; ms += StepMs)
        {
            if (ms == 11 * 60_000)
                registry.GetOrAdd("search-index").Isolate("index rebuild, ask Ada", TimeSpan.FromMinutes(45));
            Step(ms / 60_000.0);
        }

        return new Scene(app, Step);
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _play;
        _over.Dispose();
        await _app.DisposeAsync();
    }

    // The page hears the application once a second of this time, so it has to go on while somebody looks.
    private static async Task GoOnAsync(Action<double> step, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            step(Minutes);
            await Task.Delay(StepMs, CancellationToken.None);
        }
    }

    private sealed class Actor(
        DbGuardRegistry registry, string name, int perSecond, Func<double, double> failing,
        DbGuardMode mode = DbGuardMode.Enforce)
    {
        private bool _isDown;
        private readonly List<DbGuardLease> _held = [];
        private DbGuard? _guard;

        private DbGuard Guard => _guard ??= registry.GetOrAdd(name, new DbGuardOptions
        {
            Mode = mode,
            PermitLimit = 80,
            StallThreshold = TimeSpan.FromMilliseconds(400),
            Probe = _ => _isDown ? Task.FromException(new SocketException()) : Task.CompletedTask,
        });

        public void Play(Random random, double minute)
        {
            double share = failing(minute);
            _isDown = share >= .9;
            foreach (DbGuardLease lease in _held)
            {
                if (random.NextDouble() < share) lease.ReportFailure(new SocketException(10061), DbPhase.Executing);
                else lease.ReportSuccess();
                lease.Dispose();
            }

            _held.Clear();
            double calls = perSecond * StepMs / 1_000.0 * (.7 + .6 * random.NextDouble());
            for (int i = 0; i < calls; i++)
            {
                if (Guard.TryAcquire(out DbGuardLease lease)) _held.Add(lease);
            }
        }
    }
}
