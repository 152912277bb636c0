using System.Data;
using System.Data.Common;
using DbBreaker.TestKit;

namespace DbBreaker.Tests.Fallback.Cache;

/// <summary>Reads that opted in, through a guarded connection to a real file.</summary>
public sealed class CachedReadTests : IDisposable
{
    private const string Where = "SELECT place FROM item", Insert = "INSERT INTO item (place) VALUES ('x')";
    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1);

    private readonly TwoFiles _files = new();

    public static TheoryData<bool> Ways => [false, true];

    public void Dispose() => _files.Dispose();

    [Theory, MemberData(nameof(Ways))]
    public async Task The_last_rows_answer_while_nobody_else_can(bool async)
    {
        await using GuardedDbConnection connection = await Connect(o => o.FallbackToCache(), async);
        await using var command = (GuardedDbCommand)connection.CreateCommand(Where).WithFallbackCache(_minute);
        Assert.Equal(["primary"], await command.Rows(async));
        Assert.Null(command.FallbackOrigin);
        await connection.CreateCommand(Insert).NonQuery(async);
        Assert.Equal(["primary", "x"], await command.Rows(async));
        connection.Guard.Isolate();
        using DbReadScope scope = DbReadScope.Begin();
        Assert.Equal(["primary", "x"], await command.Rows(async));
        Assert.Equal(DbReadSource.Cache, command.FallbackOrigin?.Source);
        Assert.InRange(command.FallbackOrigin!.Age!.Value, TimeSpan.Zero, _minute);
        Assert.Equal("cache", scope.Latest?.Name);
        connection.Guard.Reset();
        Assert.Equal(["primary", "x"], await command.Rows(async));
        Assert.Null(command.FallbackOrigin);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_scalar_is_kept_apart_from_a_reader_of_the_same_text(bool async)
    {
        await using GuardedDbConnection connection = await Connect(o => o.FallbackToCache(), async);
        await using DbCommand command = connection.CreateCommand(Where).WithFallbackCache(_minute);
        Assert.Equal("primary", await command.Scalar(async));
        connection.Guard.Isolate();
        Assert.Equal("primary", await command.Scalar(async));
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => command.Rows(async));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Who_did_not_opt_in_is_rejected_and_told_why(bool async)
    {
        await using GuardedDbConnection connection = await Connect(o => o.FallbackToCache(), async);
        await connection.CreateCommand(Where).WithFallbackCache(_minute).Rows(async);
        connection.Guard.Isolate();
        var rejection = await Assert.ThrowsAsync<DbCircuitOpenException>(() =>
            connection.CreateCommand(Where).Rows(async));
        Assert.Contains("cache was not asked, the read did not opt in", rejection.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Rows_never_cross_a_scope_a_parameter_or_a_tenant(bool async)
    {
        string? tenant = "one";
        await using GuardedDbConnection connection = await Connect(o => o.FallbackToCache(c => c.Scope = () =>
            tenant), async);
        DbCommand Ask(object id, string? scope)
        {
            DbCommand command = connection.CreateCommand("SELECT place FROM item WHERE id = @id");
            command.Add("@id", id);
            return command.WithFallbackCache(_minute, scope);
        }

        Assert.Equal(["primary"], await Ask(1, "me").Rows(async));
        connection.Guard.Isolate();
        Assert.Equal(["primary"], await Ask(1, "me").Rows(async));
        (object, string?, string?)[] others =
        [
            (1, "you", "one"), (1, null, "one"), (1, "", "one"), (2, "me", "one"), (1L, "me", "one"), ("1", "me",
                "one"),
            (1, "me", "two"), (1, "me", null), (1, "one", "me"), (DBNull.Value, "me", "one"),
        ];
        foreach ((object id, string? scope, string? other) in others)
        {
            tenant = other;
            await Assert.ThrowsAsync<DbCircuitOpenException>(() => Ask(id, scope).Rows(async));
        }
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Two_databases_under_one_name_have_rows_of_their_own(bool async)
    {
        await using GuardedDbConnection one = _files.Named("shop", _files.Primary, o => o.FallbackToCache());
        await using GuardedDbConnection other = _files.Named("shop", _files.Replica, o => o.FallbackToCache());
        await one.Open(async);
        await other.Open(async);
        Assert.Same(one.Guard, other.Guard);
        await one.CreateCommand(Where).WithFallbackCache(_minute).Rows(async);
        one.Guard.Isolate();
        Assert.Equal(["primary"], await one.CreateCommand(Where).WithFallbackCache(_minute).Rows(async));
        await Assert.ThrowsAsync<DbCircuitOpenException>(
            () => other.CreateCommand(Where).WithFallbackCache(_minute).Rows(async));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_scope_opts_in_whatever_runs_within(bool async)
    {
        await using GuardedDbConnection connection = await Connect(o => o.FallbackToCache(), async);
        using (DbReadScope.BeginWithFallbackCache(_minute, "me"))
        {
            await connection.CreateCommand(Where).Rows(async);
            connection.Guard.Isolate();
            using DbReadScope inner = DbReadScope.Begin();
            Assert.Equal(["primary"], await connection.CreateCommand(Where).Rows(async));
            Assert.Equal(1, inner.Count);
        }

        await Assert.ThrowsAsync<DbCircuitOpenException>(() => connection.CreateCommand(Where).Rows(async));
        using (DbReadScope.BeginWithFallbackCache(_minute, "you"))
            await Assert.ThrowsAsync<DbCircuitOpenException>(() => connection.CreateCommand(Where).Rows(async));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Only_rows_that_were_read_to_their_end_are_kept(bool async)
    {
        await using GuardedDbConnection connection = await Connect(o => o.FallbackToCache(), async);
        await connection.CreateCommand(Insert).NonQuery(async);
        await using DbCommand command = connection.CreateCommand(Where).WithFallbackCache(_minute);
        await using (DbDataReader reader = await command.Reader(async)) Assert.True(await reader.Read(async));
        await using (DbDataReader reader = await command.Reader(async, CommandBehavior.SingleRow))
            Assert.True(await reader.Read(async));
        connection.Guard.Isolate();
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => command.Rows(async));
        await using DbDataReader one = await command.Reader(async, CommandBehavior.SingleRow);
        Assert.True(await one.Read(async));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Nothing_is_kept_in_a_transaction_or_of_what_writes(bool async)
    {
        await using GuardedDbConnection connection = await Connect(o => o.FallbackToCache(), async);
        string[] writes = [Insert + " RETURNING id", $"SELECT 1; {Insert}"];
        foreach (string text in writes)
        {
            await connection.CreateCommand(text).WithFallbackCache(_minute).Rows(async);
            await connection.CreateCommand(text).WithFallbackCache(_minute).Scalar(async);
        }

        await using (DbTransaction transaction = await connection.BeginTransactionAsync(Token))
        {
            DbCommand command = connection.CreateCommand(Where).WithFallbackCache(_minute);
            command.Transaction = transaction;
            await command.Rows(async);
            await transaction.CommitAsync(Token);
        }

        connection.Guard.Isolate();
        foreach (string text in (string[])[.. writes, Where])
        {
            DbCommand command = connection.CreateCommand(text).WithFallbackCache(_minute);
            await Assert.ThrowsAsync<DbCircuitOpenException>(() => command.Rows(async));
            await Assert.ThrowsAsync<DbCircuitOpenException>(() => command.Scalar(async));
        }
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Rows_that_are_too_old_or_too_large_do_not_answer(bool async)
    {
        await using GuardedDbConnection connection =
            await Connect(o => o.FallbackToCache(c => (c.MaxEntryRows, c.MaxEntryBytes) = (1, 4096)), async);
        DbCommand old = connection.CreateCommand(Where).WithFallbackCache(TimeSpan.FromMilliseconds(1));
        DbCommand large = connection.CreateCommand("SELECT hex(zeroblob(4000))").WithFallbackCache(_minute);
        DbCommand many = connection.CreateCommand("SELECT 1 UNION ALL SELECT 2").WithFallbackCache(_minute);
        foreach (DbCommand command in (DbCommand[])[old, large, many]) Assert.NotEmpty(await command.Rows(async));
        connection.Guard.Isolate();
        await Eventually.BecomesTrueAsync(async _ =>
        {
            await Assert.ThrowsAsync<DbCircuitOpenException>(() => old.Rows(async));
            return true;
        }, TimeSpan.FromSeconds(10), "the rows are too old", cancellationToken: Token);
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => large.Rows(async));
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => many.Rows(async));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_replica_comes_first_and_the_hook_after(bool async)
    {
        await using GuardedDbConnection connection = await Connect(
            o =>
            {
                o.FallbackToReplica(_files.Replica).FallbackToCache();
                o.Fallback = _ => throw new InvalidOperationException("Not asked while the cache has rows.");
            }, async);
        await using DbCommand command = connection.CreateCommand(Where).WithFallbackCache(_minute);
        await command.Rows(async);
        connection.Guard.Isolate();
        Assert.Equal(["replica"], await command.Rows(async));
        connection.Guard.Registry.Guards.Single(g => g != connection.Guard).Isolate();
        Assert.Equal(["primary"], await command.Rows(async));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task A_mutable_value_is_each_reader_s_own(bool async)
    {
        await using GuardedDbConnection connection = await Connect(o => o.FallbackToCache(), async);
        await using DbCommand command = connection.CreateCommand("SELECT x'010203'").WithFallbackCache(_minute);
        await command.Scalar(async);
        connection.Guard.Isolate();
        for (int i = 0; i < 2; i++)
        {
            byte[] bytes = (byte[])(await command.Scalar(async))!;
            Assert.Equal([1, 2, 3], bytes);
            bytes[0] = 9;
        }
    }

    private async Task<GuardedDbConnection> Connect(Action<DbGuardOptions> configure, bool async)
    {
        GuardedDbConnection connection = _files.Connect(configure);
        await connection.Open(async);
        return connection;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
