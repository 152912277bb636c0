using System.Data;
using DbBreaker.Data;

namespace DbBreaker;

// What the connection tells of its database.
public abstract partial class GuardedDbConnection
{
    /// <inheritdoc/>
    public override DataTable GetSchema() => Schema(_inner, static c => c.GetSchema());

    /// <inheritdoc/>
    public override DataTable GetSchema(string collectionName) =>
        Schema((_inner, collectionName), static s => s._inner.GetSchema(s.collectionName));

    /// <inheritdoc/>
    public override DataTable GetSchema(string collectionName, string?[] restrictionValues) =>
        Schema(
            (_inner, collectionName, restrictionValues),
            static s => s._inner.GetSchema(s.collectionName, s.restrictionValues));

    /// <inheritdoc/>
    public override Task<DataTable> GetSchemaAsync(CancellationToken cancellationToken = default) =>
        SchemaAsync(_inner, static (c, token) => c.GetSchemaAsync(token), cancellationToken);

    /// <inheritdoc/>
    public override Task<DataTable> GetSchemaAsync(
        string collectionName, CancellationToken cancellationToken = default) =>
        SchemaAsync(
            (_inner, collectionName),
            static (s, token) => s._inner.GetSchemaAsync(s.collectionName, token),
            cancellationToken);

    /// <inheritdoc/>
    public override Task<DataTable> GetSchemaAsync(
        string collectionName, string?[] restrictionValues, CancellationToken cancellationToken = default) =>
        SchemaAsync(
            (_inner, collectionName, restrictionValues),
            static (s, token) => s._inner.GetSchemaAsync(s.collectionName, s.restrictionValues, token),
            cancellationToken);

    // MySqlConnector opens a closed connection for the time of the call.
    private TResult Schema<TState, TResult>(TState state, Func<TState, TResult> read)
    {
        if (_inner.State is not ConnectionState.Closed)
            return GuardedOperation.Run(Session, StartPlan, state, read);
        _session?.Closing();
        try
        {
            return GuardedOperation.Run(Session, StartPlan, state, read);
        }
        finally
        {
            _session?.StayedOpen();
        }
    }

    /// <inheritdoc cref="Schema"/>
    private Task<TResult> SchemaAsync<TState, TResult>(
        TState state, Func<TState, CancellationToken, Task<TResult>> read, CancellationToken cancellationToken)
    {
        return _inner.State is ConnectionState.Closed
            ? ReadClosedAsync()
            : GuardedOperation.RunAsync(Session, StartPlan, state, read, cancellationToken);

        async Task<TResult> ReadClosedAsync()
        {
            _session?.Closing();
            try
            {
                return await GuardedOperation.RunAsync(Session, StartPlan, state, read, cancellationToken)
                    .ConfigureAwait(false);
            }
            finally
            {
                _session?.StayedOpen();
            }
        }
    }
}
