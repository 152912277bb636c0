using DbBreaker;
using DbBreaker.TestKit;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;
using OpenTelemetry.Metrics;
using WebApi;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);

// The database: in development one of the sample's own, that the /chaos page may hurt.
Chaos? chaos = builder.Environment.IsDevelopment() ? await StartChaosAsync() : null;
string primary = chaos?.Pair.Primary.ConnectionString ?? Required("ConnectionStrings:Shop");
string replica = chaos?.Pair.Standby.ConnectionString ?? Required("ConnectionStrings:ShopReplica");
Visitors visitors = new();
if (chaos is not null) builder.Services.AddHostedService(_ => visitors);

// What a guarded application adds: settings, the guard, health, 503 for rejections, metrics.
builder.Services.AddDbBreaker(builder.Configuration.GetSection("DbBreaker"));
builder.Services.AddDbContextPool<ShopContext>(options => options
    .UseNpgsql(primary + ";Maximum Pool Size=20")
    .AddCircuitBreaker("shop", guard => guard.FallbackToReplica(replica + ";Maximum Pool Size=20").FallbackToCache()));
builder.Services.AddHealthChecks().AddDbBreaker();
builder.Services.AddDbBreakerExceptionHandler();
builder.Services.AddProblemDetails();
builder.Services.AddOpenTelemetry().WithMetrics(metrics =>
{
    metrics.AddMeter("DbBreaker");
    if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not null) metrics.AddOtlpExporter();
});

WebApplication app = builder.Build();
await CreateDatabaseAsync(app.Services);

app.UseExceptionHandler();
app.MapOrders();
app.MapHealthChecks("/health");
app.MapDbBreaker();
if (chaos is not null)
{
    app.MapChaos(chaos, visitors);
    app.Lifetime.ApplicationStarted.Register(() =>
    {
        IServer server = app.Services.GetRequiredService<IServer>();
        string address = server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        visitors.Target = new Uri(address);
        app.Logger.LogInformation("Open {Address}/chaos and freeze the database", address);
    });
}

await app.RunAsync();
if (chaos is not null) await chaos.DisposeAsync();

string Required(string key) => builder.Configuration[key]
    ?? throw new InvalidOperationException(
        $"{key} is not configured. Outside development the sample needs a database of yours.");

static async Task<Chaos> StartChaosAsync()
{
    using ILoggerFactory logging = LoggerFactory.Create(log => log.AddSimpleConsole());
    return await Chaos.StartAsync(logging.CreateLogger<Chaos>());
}

static async Task CreateDatabaseAsync(IServiceProvider services)
{
    await using AsyncServiceScope scope = services.CreateAsyncScope();
    var shop = scope.ServiceProvider.GetRequiredService<ShopContext>();
    await shop.Database.EnsureCreatedAsync();
    if (await shop.Orders.AnyAsync()) return;
    shop.Orders.AddRange(Enumerable.Range(1, 20).Select(i => new Order { Item = $"coffee {i}" }));
    await shop.SaveChangesAsync();
}
