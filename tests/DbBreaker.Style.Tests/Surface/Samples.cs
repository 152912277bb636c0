using System.Data.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace DbBreaker.Style.Tests.Surface;

/// <summary>A value of each type that a public member takes. None of them reaches a server.</summary>
internal sealed class Samples : IAsyncDisposable
{
    private readonly WebApplication _application = WebApplication.CreateBuilder().Build();
    private readonly Shop _shop = new(new DbContextOptionsBuilder<Shop>().UseSqlite("Data Source=:memory:").Options);
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create("Host=samples.example");
    private readonly SqliteConnection _connection = new("Data Source=:memory:");

    public object? Of(Type type)
    {
        if (type.IsSubclassOf(typeof(Delegate)))
            return type == typeof(Action<DbGuardOptions>) ? new Action<DbGuardOptions>(static _ => { }) : null;
        if (type == typeof(DbContextOptionsBuilder)) return new DbContextOptionsBuilder().UseSqlite(_connection);
        if (type == typeof(DbContextOptionsBuilder<Shop>))
            return new DbContextOptionsBuilder<Shop>().UseSqlite(_connection);
        if (type == typeof(DatabaseFacade)) return _shop.Database;
        if (type == typeof(IEndpointRouteBuilder)) return _application;
        if (type == typeof(IServiceCollection)) return new ServiceCollection();
        if (type == typeof(IHealthChecksBuilder)) return new ServiceCollection().AddHealthChecks();
        if (type == typeof(IConfiguration)) return new ConfigurationBuilder().Build();
        if (type == typeof(ILoggerFactory)) return NullLoggerFactory.Instance;
        if (type == typeof(DbConnection)) return _connection;
        if (type == typeof(DbDataSource)) return _source;
        if (type == typeof(DbProviderFactory)) return SqliteFactory.Instance;
        if (type == typeof(DbGuardRegistry)) return new DbGuardRegistry();
        if (type == typeof(DbGuard)) return new DbGuardRegistry().GetOrAdd("sample");
        if (type == typeof(Exception)) return new TimeoutException();
        if (type == typeof(string)) return "sample";
        if (type.IsValueType) return Activator.CreateInstance(type);
        return type.GetConstructor([]) is { } constructor ? constructor.Invoke(null) : null;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        await _shop.DisposeAsync();
        await _source.DisposeAsync();
        await _connection.DisposeAsync();
    }

    internal sealed class Shop(DbContextOptions<Shop> options) : DbContext(options);
}
