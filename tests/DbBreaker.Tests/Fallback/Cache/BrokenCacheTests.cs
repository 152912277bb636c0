using System.Data.Common;
using DbBreaker.Telemetry;
using DbBreaker.TestKit;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace DbBreaker.Tests.Fallback.Cache;

/// <summary>A cache of the application's that does not do what it should, and settings that cannot be.</summary>
public sealed class BrokenCacheTests : IDisposable
{
    private const string Where = "SELECT place FROM item";
    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1), _patience = TimeSpan.FromSeconds(20);

    private readonly TwoFiles _files = new();
    private readonly BrokenCache _cache = new();

    public static TheoryData<bool> Ways => [false, true];

    public static TheoryData<string, bool> Garbage =>
        [.. from kind in (string[])["empty", "noise", "cut", "flipped", "another's"]
        from async in (bool[])[false, true] select (kind, async)];

    public void Dispose() => _files.Dispose();

    [Theory, MemberData(nameof(Ways))]
    public async Task A_cache_that_throws_is_passed_over_and_named(bool async)
    {
        await using GuardedDbConnection connection = await ConnectAndRead(o => o.FallbackToCache(_cache), async);
        _cache.OnGet = _ => throw new InvalidOperationException("broken");
        var rejection = await Assert.ThrowsAsync<DbCircuitOpenException>(() => Ask(connection).Rows(async));
        Assert.Contains("cache threw InvalidOperationException", rejection.Message, StringComparison.Ordinal);
        Assert.Equal("broken",
            Assert.IsType<InvalidOperationException>(Assert.Single(rejection.FallbackErrors)).Message);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_cache_that_hangs_is_left_at_its_deadline_and_the_hook_is_asked(bool async)
    {
        using var gate = new ManualResetEventSlim();
        await using GuardedDbConnection connection = await ConnectAndRead(
            o => o.FallbackToCache(_cache, c => c.StoreTimeout = TimeSpan.FromMilliseconds(50)), async);
        _cache.OnGet = entry =>
        {
            gate.Wait(_patience, CancellationToken.None);
            return Task.FromResult(entry);
        };
        var rejection = await Assert.ThrowsAsync<DbCircuitOpenException>(() => Ask(connection).Rows(async));
        Assert.Contains("cache did not answer in time", rejection.Message, StringComparison.Ordinal);
        Assert.Contains("StoreTimeout", Assert.IsType<TimeoutException>(rejection.FallbackErrors[0]).Message,
            StringComparison.Ordinal);
        gate.Set();
    }

    [Theory, MemberData(nameof(Garbage))]
    public async Task Garbage_is_a_miss(string kind, bool async)
    {
        await using GuardedDbConnection connection = await ConnectAndRead(o => o.FallbackToCache(_cache), async);
        byte[] entry = _cache.Entries.Values.Single();
        byte[] garbage = kind switch
        {
            "empty" => [],
            "noise" => [.. Enumerable.Range(0, 500).Select(i => (byte)(i * 7))],
            "cut" => entry[..^3],
            "flipped" => [.. entry.Select((b, i) => i == 60 ? (byte)~b : b)],
            _ => [.. entry[..8], .. new byte[32], .. entry[40..]],
        };
        _cache.OnGet = _ => Task.FromResult<byte[]?>(garbage);
        var rejection = await Assert.ThrowsAsync<DbCircuitOpenException>(() => Ask(connection).Rows(async));
        Assert.Contains("cache has an entry that is damaged", rejection.Message, StringComparison.Ordinal);
        _cache.OnGet = Task.FromResult;
        Assert.Equal(["primary"], await Ask(connection).Rows(async));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_cache_that_cannot_store_costs_the_caller_nothing_and_is_told_once(bool async)
    {
        var log = new FakeLogCollector();
        using var factory = LoggerFactory.Create(b => b.AddProvider(new FakeLoggerProvider(log)));
        _files.Registry.UseLogging(factory);
        _cache.OnSet = () => throw new IOException("full");
        await using GuardedDbConnection connection = _files.Connect(o => o.FallbackToCache(_cache));
        await connection.Open(async);
        for (int i = 0; i < 5; i++) Assert.Equal(["primary"], await Ask(connection).Rows(async));
        await Eventually.BecomesTrueAsync(
            () => log.GetSnapshot().Any(l =>
                l.Id.Id == EventIds.CacheNotWritten), _patience, "it is told", cancellationToken: Token);
        for (int i = 0; i < 5; i++) Assert.Equal(["primary"], await Ask(connection).Rows(async));
        Assert.Single(log.GetSnapshot(), l => l.Id.Id == EventIds.CacheNotWritten);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task What_is_not_kept_is_told_once_for_each_command_without_its_text(bool async)
    {
        var log = new FakeLogCollector();
        using var factory = LoggerFactory.Create(b => b.AddProvider(new FakeLoggerProvider(log)));
        _files.Registry.UseLogging(factory);
        await using GuardedDbConnection connection = _files.Connect(o => o.FallbackToCache(c => c.MaxEntryRows = 1));
        await connection.Open(async);
        for (int i = 0; i < 3; i++)
        {
            foreach (string secret in (string[])["SELECT 'hush' UNION ALL SELECT 'b'",
                "SELECT 'hush' UNION ALL SELECT 'c'"])
                await connection.CreateCommand(secret).WithFallbackCache(_minute).Rows(async);
        }

        FakeLogRecord[] lines = [.. log.GetSnapshot().Where(l => l.Id.Id == EventIds.ReadNotCached)];
        Assert.Equal(2, lines.Length);
        Assert.All(lines, static line => Assert.Contains("MaxEntryRows", line.Message, StringComparison.Ordinal));
        Assert.All(lines, static line => Assert.DoesNotContain("hush", line.Message, StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_parameter_or_a_scope_that_makes_no_key_keeps_the_read_out_and_lets_it_run(bool async)
    {
        await using GuardedDbConnection connection = _files.Connect(
            o => o.FallbackToCache(c => c.Scope = static () => throw new InvalidOperationException("no tenant")));
        await connection.Open(async);
        Assert.Equal(["primary"], await Ask(connection).Rows(async));
        connection.Guard.Isolate();
        var rejection = await Assert.ThrowsAsync<DbCircuitOpenException>(() => Ask(connection).Rows(async));
        Assert.Contains("cache cannot hold it: its key could not be made", rejection.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Within_the_refresh_interval_the_same_read_is_not_recorded_again(bool async)
    {
        await using GuardedDbConnection connection =
            _files.Connect(o => o.FallbackToCache(c => c.RefreshInterval = TimeSpan.FromHours(1)));
        await connection.Open(async);
        await Ask(connection).Rows(async);
        await connection.CreateCommand("UPDATE item SET place = 'moved'").NonQuery(async);
        Assert.Equal(["moved"], await Ask(connection).Rows(async));
        connection.Guard.Isolate();
        Assert.Equal(["primary"], await Ask(connection).Rows(async));
    }

    [Fact]
    public void Settings_that_cannot_be_are_refused_at_once()
    {
        Action<DbFallbackCacheOptions>[] wrong =
        [
            c => c.MaxEntryBytes = 0, c => c.MaxEntryRows = 0, c => c.MaxTotalBytes = -1, c =>
                c.StoreTimeout = TimeSpan.Zero,
            c => c.RefreshInterval = TimeSpan.FromTicks(-1),
        ];
        Assert.All(wrong, set =>
        {
            var error = Assert.Throws<ArgumentException>(() => _files.Connect(o => o.FallbackToCache(set)));
            Assert.StartsWith("FallbackToCache: ", error.Message, StringComparison.Ordinal);
            Assert.Contains("accepted is", error.Message, StringComparison.Ordinal);
        });
        Assert.Throws<ArgumentNullException>(() => new DbGuardOptions().FallbackToCache((IDistributedCache)null!));
        foreach (TimeSpan age in (TimeSpan[])[TimeSpan.Zero, -_minute, TimeSpan.FromDays(366)])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new DbFallbackCacheRequest(age));
            Assert.Throws<ArgumentOutOfRangeException>(() => DbReadScope.BeginWithFallbackCache(age));
        }

        using DbCommand plain = new Microsoft.Data.Sqlite.SqliteCommand();
        Assert.Throws<ArgumentException>(() => plain.WithFallbackCache(_minute));
        Assert.Null(DbReadScope.Current);
    }

    [Fact]
    public async Task The_container_s_cache_is_taken_and_left_with_the_container()
    {
        await using GuardedDbConnection connection = _files.Connect(o => o.FallbackToCache());
        await connection.OpenAsync(Token);
        await using (ServiceProvider services = new ServiceCollection()
            .AddSingleton(_files.Registry).AddSingleton<IDistributedCache>(_cache).AddDbBreaker().BuildServiceProvider(
                ))
        {
            services.GetRequiredService<Microsoft.Extensions.Options.IStartupValidator>().Validate();
            await Ask(connection).Rows(async: true);
            await Eventually.BecomesTrueAsync(() =>
                _cache.Entries.Count == 1, _patience, "it is stored", cancellationToken: Token);
            connection.Guard.Isolate();
            Assert.Equal(["primary"], await Ask(connection).Rows(async: true));
        }

        await Assert.ThrowsAsync<DbCircuitOpenException>(() => Ask(connection).Rows(async: true));
    }

    private async Task<GuardedDbConnection> ConnectAndRead(Action<DbGuardOptions> configure, bool async)
    {
        GuardedDbConnection connection = _files.Connect(configure);
        await connection.Open(async);
        await Ask(connection).Rows(async);
        await Eventually.BecomesTrueAsync(
            () => _cache.Entries.Count == 1
                && connection.Guard.Fallbacks!.Cache!.PendingCount == 0, _patience, "it is stored",
            cancellationToken: Token);
        connection.Guard.Isolate();
        return connection;
    }

    private static DbCommand Ask(GuardedDbConnection connection) =>
        connection.CreateCommand(Where).WithFallbackCache(_minute);

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
