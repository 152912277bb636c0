using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace DbBreaker.Tests.Telemetry;

/// <summary>A guard of its own registry with a log that can be read and a clock that can be moved.</summary>
internal sealed class GuardHarness
{
    private readonly FakeLogCollector _log = new();

    public GuardHarness(Action<DbGuardOptions>? configure = null)
    {
        DbGuardOptions options = new() { MinimumThroughput = 2, BreakDuration = TimeSpan.FromSeconds(5) };
        configure?.Invoke(options);
        Registry = new DbGuardRegistry(Time, isDisabled: false);
        Registry.UseLogging(LoggerFactory.Create(
            logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(_log))
                .AddProvider(Emitted.Scan)));
        Guard = Registry.GetOrAdd("telemetry-" + Guid.NewGuid().ToString("N"), options);
    }

    public FakeTimeProvider Time { get; } = new();

    public DbGuardRegistry Registry { get; }

    public DbGuard Guard { get; }

    public IReadOnlyList<FakeLogRecord> Lines(int? id = null) =>
        [.. _log.GetSnapshot().Where(line => id is null || line.Id.Id == id)];

    public void Open()
    {
        for (int i = 0; i < 2; i++) Fail(new SocketException((int)SocketError.ConnectionRefused));
        Assert.Equal(CircuitState.Open, Guard.State);
    }

    public void Fail(Exception exception)
    {
        using DbGuardLease lease = Guard.Acquire();
        lease.ReportFailure(exception, DbPhase.Executing);
    }

    public void Succeed()
    {
        using DbGuardLease lease = Guard.Acquire();
        lease.ReportSuccess();
    }

    public void Reject()
    {
        Assert.ThrowsAny<DbGuardException>(() => Guard.Acquire());
    }

    public void Pass(TimeSpan time)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMilliseconds(50))
            Time.Advance(TimeSpan.FromMilliseconds(50));
    }
}
