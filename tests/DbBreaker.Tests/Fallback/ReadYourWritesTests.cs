using System.Data.Common;

namespace DbBreaker.Tests.Fallback;

public sealed class ReadYourWritesTests : IDisposable
{
    private const string Where = "SELECT place FROM item WHERE id = 1", Update = "UPDATE item SET place = place";

    private readonly TwoFiles _files = new();

    public static TheoryData<bool> Ways => [false, true];

    public void Dispose() => _files.Dispose();

    [Theory, MemberData(nameof(Ways))]
    public async Task After_a_write_the_connection_s_reads_are_kept_from_the_replica(bool async)
    {
        await using GuardedDbConnection connection = Connect(TimeSpan.FromHours(1));
        await connection.Open(async);
        await connection.CreateCommand(Update).NonQuery(async);
        connection.Guard.Isolate();
        var rejection = await Assert.ThrowsAsync<DbCircuitOpenException>(() =>
            connection.CreateCommand(Where).Scalar(async));
        Assert.Contains("this flow wrote a moment ago (ReadYourWrites)", rejection.Message, StringComparison.Ordinal);
        await using GuardedDbConnection somebodyElse = Connect(TimeSpan.FromHours(1));
        await somebodyElse.Open(async);
        Assert.Equal("replica", await somebodyElse.CreateCommand(Where).Scalar(async));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_scope_carries_it_to_the_flow_s_other_connections_and_ends_it(bool async)
    {
        await using GuardedDbConnection writer = Connect(TimeSpan.FromHours(1)),
            reader = Connect(TimeSpan.FromHours(1));
        await writer.Open(async);
        await reader.Open(async);
        using (DbReadScope.Begin())
        {
            await WriteInACallOfItsOwn();
            writer.Guard.Isolate();
            await Assert.ThrowsAsync<DbCircuitOpenException>(() => reader.CreateCommand(Where).Scalar(async));
        }

        Assert.Equal("replica", await reader.CreateCommand(Where).Scalar(async));

        async Task WriteInACallOfItsOwn()
        {
            using DbReadScope inner = DbReadScope.Begin();
            await writer.CreateCommand(Update).NonQuery(async);
        }
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_commit_counts_and_a_rejected_write_does_not(bool async)
    {
        await using GuardedDbConnection connection = Connect(TimeSpan.FromHours(1));
        await connection.Open(async);
        connection.Guard.Isolate();
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => connection.CreateCommand(Update).NonQuery(async));
        Assert.Equal("replica", await connection.CreateCommand(Where).Scalar(async));
        connection.Guard.Reset();
        await using (DbTransaction transaction = await connection.BeginTransactionAsync(Token))
        {
            DbCommand read = connection.CreateCommand(Where);
            read.Transaction = transaction;
            await read.Scalar(async);
            if (async) await transaction.CommitAsync(Token);
            else transaction.Commit();
        }

        connection.Guard.Isolate();
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => connection.CreateCommand(Where).Scalar(async));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task When_the_time_is_over_and_without_the_option_the_replica_answers(bool async)
    {
        foreach (TimeSpan? time in (TimeSpan?[])[null, TimeSpan.FromMilliseconds(1)])
        {
            using var files = new TwoFiles();
            await using GuardedDbConnection connection = files.Connect(o =>
            {
                o.FallbackToReplica(files.Replica);
                o.ReadYourWrites = time;
            });
            await connection.Open(async);
            await connection.CreateCommand(Update).NonQuery(async);
            await Task.Delay(time ?? TimeSpan.Zero, TimeProvider.System, Token);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Token);
            connection.Guard.Isolate();
            Assert.Equal("replica", await connection.CreateCommand(Where).Scalar(async));
        }
    }

    [Fact]
    public async Task The_hook_is_still_asked()
    {
        await using GuardedDbConnection connection = _files.Connect(o =>
        {
            o.FallbackToReplica(_files.Replica).FallbackToCache();
            o.ReadYourWrites = TimeSpan.FromHours(1);
            o.Fallback = static _ =>
            {
                using var table = new System.Data.DataTable();
                table.Columns.Add("place");
                table.Rows.Add("hook");
                return table.CreateDataReader();
            };
        });
        await connection.OpenAsync(Token);
        await connection.CreateCommand(Where).WithFallbackCache(TimeSpan.FromMinutes(1)).Scalar(async: true);
        await connection.CreateCommand(Update).NonQuery(async: true);
        connection.Guard.Isolate();
        Assert.Equal("hook",
            await connection.CreateCommand(Where).WithFallbackCache(TimeSpan.FromMinutes(1)).Scalar(async: true));
    }

    private GuardedDbConnection Connect(TimeSpan time) => _files.Connect(o =>
    {
        o.FallbackToReplica(_files.Replica);
        o.ReadYourWrites = time;
    });

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
