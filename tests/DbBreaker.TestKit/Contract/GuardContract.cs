using System.Data.Common;
using Xunit;

namespace DbBreaker.TestKit.Contract;

/// <summary>
/// What a guard promises on every driver: each rule that a driver can show, each fault it can report, each storm it can
/// go through. A driver's tests derive from it and say how its server is hurt.
/// </summary>
public abstract partial class GuardContract : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly string _name = $"contract {Guid.NewGuid():N}";
    private GuardedDbProviderFactory? _factory;
    private bool _countsOnly;

    /// <summary>Gets the server of the test that runs.</summary>
    protected ContractServer Server { get; private set; } = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private GuardedDbProviderFactory Factory => _factory ??= Server.Factory.WithCircuitBreaker(_name, Configure);

    private DbGuard Guard => DbGuardRegistry.Shared.Find(_name) ?? New().Unwrap<GuardedDbConnection>().Guard;

    /// <inheritdoc/>
    public virtual async ValueTask InitializeAsync() => Server = await StartAsync();

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (Server is null) return;
        Guard.Reset();
        await Server.DisposeAsync();
    }

    /// <summary>Starts, or finds, the server.</summary>
    protected abstract Task<ContractServer> StartAsync();

    /// <summary>Puts a wrapper around a guarded connection: whoever overrides this shows that the guard works in it.
    /// </summary>
    protected virtual DbConnection Wrap(DbConnection connection) => connection;

    private void Configure(DbGuardOptions options)
    {
        if (!Server.HasPool) options.PermitLimit = ContractServer.PoolSize;
        if (!_countsOnly) return;
        options.StallThreshold = TimeSpan.FromMinutes(1);
        options.SamplingDuration = TimeSpan.FromMinutes(5);
        options.MinimumThroughput = 1_000;
    }

    private DbConnection New()
    {
        DbConnection connection = Wrap(Factory.CreateConnection()!);
        connection.ConnectionString = Server.ConnectionString;
        return connection;
    }

    private async Task<DbConnection> OpenAsync(bool async)
    {
        DbConnection connection = New();
        try
        {
            if (async) await connection.OpenAsync(Token);
            else connection.Open();
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        return connection;
    }

    private static async Task CloseAsync(DbConnection connection, bool async)
    {
        if (async) await connection.CloseAsync();
        else connection.Close();
    }

    private static async Task<object?> ScalarAsync(
        DbConnection connection,
        bool async,
        string text = "SELECT 1",
        int timeout = 30,
        DbTransaction? transaction = null,
        CancellationToken? cancellation = null)
    {
        await using DbCommand command = connection.CreateCommand();
        (command.CommandText, command.CommandTimeout, command.Transaction) = (text, timeout, transaction);
        return async ? await command.ExecuteScalarAsync(cancellation ?? Token) : command.ExecuteScalar();
    }

    private async Task CallAsync(bool async)
    {
        await using DbConnection connection = await OpenAsync(async);
        await ScalarAsync(connection, async);
    }

    private async Task AllPermitsAreBackAsync() => await Eventually.BecomesTrueAsync(
        () => Guard.GetSnapshot() is { PermitsInUse: 0, Waiting: 0 }, Deadline, "all permits are back",
        cancellationToken: Token);

    /// <summary>A synchronous call blocks its thread; the test's own stays free to hurt the server.</summary>
    private static Task Start(Func<Task> call, bool async) => SteadyCallers.Start(call, async);
}
