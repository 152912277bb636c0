using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace DbBreaker.Tests.Data;

public sealed class DataSourceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, InlineData(Failure.BeforeTheTask), InlineData(Failure.AtOnce), InlineData(Failure.Later)]
    internal async Task An_open_that_fails_is_told_where_it_is_awaited_and_keeps_nothing(Failure failure)
    {
        var inner = new FailingSource(failure);
        await using GuardedDbDataSource source = inner.WithCircuitBreaker($"failing {failure}");

        ValueTask<DbConnection> opening = source.OpenConnectionAsync(Token);

        IOException told = await Assert.ThrowsAsync<IOException>(opening.AsTask);
        Assert.Equal("No way.", told.Message);
        Assert.True(inner.Latest!.IsDisposed);
        Assert.Equal(0, source.Guard.GetSnapshot().PermitsInUse);
        Assert.Equal(1, source.Guard.GetSnapshot().Failures);
    }

    internal enum Failure
    {
        BeforeTheTask,
        AtOnce,
        Later,
    }

    private sealed class FailingSource(Failure failure) : DbDataSource
    {
        public FailingConnection? Latest { get; private set; }

        public override string ConnectionString => "Server=db1";

        protected override DbConnection CreateDbConnection() => Latest = new FailingConnection(failure);
    }

    private sealed class FailingConnection(Failure failure) : DbConnection
    {
        public bool IsDisposed { get; private set; }

        [AllowNull]
        public override string ConnectionString { get; set; } = "Server=db1";

        public override string Database => "orders";

        public override string DataSource => "db1";

        public override string ServerVersion => "1";

        public override ConnectionState State => ConnectionState.Closed;

        public override Task OpenAsync(CancellationToken cancellationToken) => failure switch
        {
            Failure.BeforeTheTask => throw new IOException("No way."),
            Failure.AtOnce => Task.FromException(new IOException("No way.")),
            _ => LaterAsync(),
        };

        public override void Open() => throw new NotSupportedException();

        public override void Close()
        {
        }

        public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

        protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) =>
            throw new NotSupportedException();

        protected override DbCommand CreateDbCommand() => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }

        private static async Task LaterAsync()
        {
            await Task.Yield();
            throw new IOException("No way.");
        }
    }
}
