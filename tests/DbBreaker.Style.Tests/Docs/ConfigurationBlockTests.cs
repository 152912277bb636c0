using System.Text;
using System.Text.Json;
using DbBreaker.DependencyInjection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DbBreaker.Style.Tests.Docs;

/// <summary>Every block of JSON on every page is JSON, and a configuration of guards is one that a host
/// takes.</summary>
public sealed class ConfigurationBlockTests
{
    public static TheoryData<Block> Blocks =>
        [.. Checkout.Pages.SelectMany(Markdown.Blocks).Where(static block => block.Language == "json")];

    [Theory, MemberData(nameof(Blocks))]
    public void A_block_is_what_a_host_takes(Block block)
    {
        using JsonDocument json = JsonDocument.Parse(block.Text);
        if (json.RootElement.TryGetProperty("DbBreaker", out _)) Assert.Empty(Warnings(block.Text));
    }

    [Theory]
    [InlineData("""{ "DbBreaker": { "Guards": { "orders": { "FailureRation": 0.3 } } } }""")]
    [InlineData("""{ "DbBreaker": { "Guards": { "orders": { "FailureRatio": 3 } } } }""")]
    public void A_block_that_a_host_does_not_take_is_found(string json) => Assert.NotEmpty(Warnings(json));

    private static IReadOnlyCollection<string> Warnings(string json)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        IConfiguration section = new ConfigurationBuilder().AddJsonStream(stream).Build().GetSection("DbBreaker");
        var registry = new DbGuardRegistry(new ThatDay());
        var heard = new Heard();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(heard));
        services.AddSingleton(registry);
        services.AddDbBreaker(section);
        using ServiceProvider provider = services.BuildServiceProvider();
        try
        {
            _ = provider.GetRequiredService<GuardActivation>();
        }
        catch (Exception exception)
        {
            return [exception.Message];
        }

        return heard.Lines;
    }

    // Times on pages are near it, on whatever day the tests run.
    private sealed class ThatDay : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);
    }

    private sealed class Heard : ILoggerProvider, ILogger
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        // Isolating a guard, which a page may show, is a warning that was asked for.
        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> text)
        {
            if (id.Id is >= 1400 and < 1500) Lines.Add(text(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
