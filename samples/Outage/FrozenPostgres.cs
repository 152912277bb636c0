using System.Data.Common;
using DbBreaker;
using DbBreaker.TestKit;
using Npgsql;

namespace Outage;

/// <summary>A PostgreSQL server, frozen or killed.</summary>
internal sealed class FrozenPostgres(PostgresServer server, OutageOptions options) : IDatabase
{
    public string Fault => options.Fault;

    public string Question => "SELECT pg_sleep(0.01)";

    public RequestStart Start => RequestStart.ThreadPool;

    public DbDataSource CreateSource(string contender)
    {
        NpgsqlConnectionStringBuilder builder = server.CreateBuilder();
        (builder.MaxPoolSize, builder.ApplicationName) = (options.Pool, contender);
        return NpgsqlDataSource.Create(builder);
    }

    public void Configure(DbGuardOptions guard)
    {
        // Every setting at its default: the adapter reads the pool's size from the connection string.
    }

    public Task HurtAsync(CancellationToken cancellationToken) => options.Fault == OutageOptions.FreezeFault
        ? server.FreezeAsync(cancellationToken)
        : server.KillAsync(cancellationToken);

    public async Task HealAsync(Action isBack, CancellationToken cancellationToken)
    {
        // The return counts from its beginning where that is known: to the contender's disadvantage.
        if (options.Fault == OutageOptions.FreezeFault)
        {
            isBack();
            await server.ThawAsync(cancellationToken);
        }
        else
        {
            await server.StartAgainAsync(cancellationToken);
            isBack();
        }
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
