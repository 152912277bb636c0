using DbBreaker.TestKit;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace DbBreaker.EntityFrameworkCore.Tests;

/// <summary>A database for a test class on the server that all tests share, with the shop's table in it.</summary>
public sealed class PostgresShop : IAsyncLifetime
{
    private PostgresDatabase? _database;

    public PostgresServer Server { get; private set; } = null!;

    public string ConnectionString { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await PostgresServer.FindAsync();
        _database = await Server.CreateDatabaseAsync();
        ConnectionString = _database.ConnectionString;
        var options = new DbContextOptionsBuilder<ShopContext>().UseNpgsql(ConnectionString);
        await using var context = new ShopContext(options.Options);
        await context.Database.EnsureCreatedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null) await _database.DisposeAsync();
    }

    /// <summary>The string with an application name of its own, by which its sessions can be ended.</summary>
    internal string Named(out string name)
    {
        name = $"test-{Guid.NewGuid():N}";
        return new NpgsqlConnectionStringBuilder(ConnectionString) { ApplicationName = name }.ConnectionString;
    }

    internal FaultProxy StartProxy(out string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(ConnectionString);
        var proxy = FaultProxy.Start(builder.Host!, builder.Port);
        builder.Host = proxy.Host;
        builder.Port = proxy.Port;
        builder.ApplicationName = $"proxy-{Guid.NewGuid():N}";
        connectionString = builder.ConnectionString;
        return proxy;
    }
}
