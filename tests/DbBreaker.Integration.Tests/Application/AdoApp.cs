using System.Data;
using System.Data.Common;
using DbBreaker.Data;
using Npgsql;

namespace DbBreaker.Integration.Tests.Application;

/// <summary>An application on a guarded data source.</summary>
internal sealed class AdoApp : GuardedApp
{
    private readonly GuardedDbDataSource _source;

    public AdoApp(string connectionString, Action<DbGuardOptions>? configure)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        _source = new GuardedDbDataSource(SourceOf(builder), new GuardBinding(Registry, null, configure));
    }

    public override string Seam => "ADO.NET";

    public override DbGuard Guard => _source.Guard;

    public override async Task QueryAsync(string sql, CancellationToken token)
    {
        await using DbConnection connection = await _source.OpenConnectionAsync(token);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        await using DbDataReader reader = await command.ExecuteReaderAsync(token);
        while (await reader.ReadAsync(token)) reader.GetValue(0);
    }

    public override void Query(string sql)
    {
        using DbConnection connection = _source.OpenConnection();
        using DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using DbDataReader reader = command.ExecuteReader();
        while (reader.Read()) reader.GetValue(0);
    }

    public override async Task ExecuteAsync(string sql, CancellationToken token)
    {
        await using DbConnection connection = await _source.OpenConnectionAsync(token);
        await ExecuteAsync(connection, null, sql, token);
    }

    public override Task InsertAsync(int id, CancellationToken token) =>
        ExecuteAsync($"INSERT INTO item (id, value) VALUES ({id}, 0)", token);

    public override async Task TransactAsync(
        IsolationLevel isolation, Func<Func<string, Task>, Task> work, CancellationToken token)
    {
        await using DbConnection connection = await _source.OpenConnectionAsync(token);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(isolation, token);
        await work(sql => ExecuteAsync(connection, transaction, sql, token));
        await transaction.CommitAsync(token);
    }

    public override ValueTask DisposeAsync() => _source.DisposeAsync();

    // A data source takes the kind of session beside its string, a plain connection inside it.
    private static NpgsqlDataSource SourceOf(NpgsqlConnectionStringBuilder builder)
    {
        if (!builder.Host!.Contains(',', StringComparison.Ordinal)) return NpgsqlDataSource.Create(builder);
        TargetSessionAttributes target = Enum.Parse<TargetSessionAttributes>(
            builder.TargetSessionAttributes!.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
        builder.TargetSessionAttributes = null;
        return new NpgsqlDataSourceBuilder(builder.ConnectionString).BuildMultiHost().WithTargetSession(target);
    }

    private static async Task ExecuteAsync(
        DbConnection connection, DbTransaction? transaction, string sql, CancellationToken token)
    {
        await using DbCommand command = connection.CreateCommand();
        (command.CommandText, command.Transaction) = (sql, transaction);
        await command.ExecuteNonQueryAsync(token);
    }
}
