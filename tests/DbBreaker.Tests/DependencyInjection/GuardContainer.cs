using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace DbBreaker.Tests.DependencyInjection;

/// <summary>A container with a registry of its own, settings that can change, and a log that can be read.</summary>
internal sealed class GuardContainer : IDisposable
{
    private readonly IConfigurationRoot _configuration;
    private ServiceProvider? _provider;

    public GuardContainer(params (string Key, string? Value)[] settings)
    {
        _configuration = new ConfigurationBuilder().AddInMemoryCollection().Build();
        foreach ((string key, string? value) in settings) _configuration["DbBreaker:" + key] = value;
        Registry = new DbGuardRegistry(Time, isDisabled: false);
        Services.AddSingleton(_ => Registry);
        Services.AddLogging(logging => logging
            .SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(Log)));
        Services.AddDbBreaker(_configuration.GetSection("DbBreaker"));
    }

    public ServiceCollection Services { get; } = [];

    public FakeTimeProvider Time { get; } = new();

    public DbGuardRegistry Registry { get; set; }

    public FakeLogCollector Log { get; } = new();

    /// <summary>What the host does when it starts.</summary>
    public GuardContainer Start()
    {
        _provider = Services.BuildServiceProvider();
        _provider.GetRequiredService<IStartupValidator>().Validate();
        return this;
    }

    public void Change(params (string Key, string? Value)[] settings)
    {
        foreach ((string key, string? value) in settings) _configuration["DbBreaker:" + key] = value;
        _configuration.Reload();
    }

    public DbGuard Guard(string name) => Registry.Find(name) ?? throw new InvalidOperationException("No guard " + name);

    public IReadOnlyList<FakeLogRecord> Lines(int eventId) =>
        [.. Log.GetSnapshot().Where(line => line.Id.Id == eventId)];

    public void Dispose() => _provider?.Dispose();
}
