using System.Data;
using System.Data.Common;
using Npgsql;
using static DbBreaker.DbFailureKind;

namespace DbBreaker.Npgsql.Tests;

/// <summary>What Npgsql reports of a server whose processes stand still (SIGSTOP; a container's pause).</summary>
public sealed class FrozenServerTests(OwnServer frozen) : IClassFixture<OwnServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_command_timeout_that_nobody_acknowledged_is_a_failure(bool isAsync)
    {
        await using NpgsqlConnection connection = await OpenAsync();
        await frozen.Server.FreezeAsync(Token);
        try
        {
            Verdict verdict = await Verdict.OfCommandAsync(connection, "SELECT 1", isAsync, timeout: 1);

            verdict.Is(DbFailureKind.Timeout, isFailure: true);
            Assert.Equal(ConnectionState.Closed, verdict.Failure.StateAfter);
        }
        finally
        {
            await frozen.Server.ThawAsync(Token);
        }
    }

    [Fact]
    public async Task A_cancellation_that_nobody_acknowledged_is_a_failure()
    {
        await using NpgsqlConnection connection = await OpenAsync();
        await frozen.Server.FreezeAsync(Token);
        try
        {
            using CancellationTokenSource soon = new(TimeSpan.FromMilliseconds(100));
            Verdict verdict =
                await Verdict.OfCommandAsync(connection, "SELECT 1", isAsync: true, cancellation: soon);

            Assert.IsAssignableFrom<OperationCanceledException>(verdict.Failure.Exception);
            verdict.Is(DbFailureKind.Timeout, isFailure: true);
        }
        finally
        {
            await frozen.Server.ThawAsync(Token);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_probe_gives_up_by_itself_while_it_connects_and_while_it_asks(bool isAsync)
    {
        NpgsqlAdapter adapter = new();
        // With the defaults, both Prefer, a synchronous open now and then outlives every timeout: see NpgsqlProbes.
        NpgsqlConnectionStringBuilder builder = frozen.Server.CreateBuilder();
        (builder.SslMode, builder.GssEncryptionMode) = (SslMode.Disable, GssEncryptionMode.Disable);
        await using NpgsqlConnection like = new(builder.ConnectionString);
        await using DbConnection asking = adapter.CreateProbeConnection(like, TimeSpan.FromMilliseconds(750));
        await using DbConnection connecting = adapter.CreateProbeConnection(like, TimeSpan.FromMilliseconds(750));
        await asking.OpenAsync(Token);
        await frozen.Server.FreezeAsync(Token);
        try
        {
            // No deadline is asserted: the driver's own default, 15 s and 30 s, would make the test run out of time.
            Verdict asked = await Verdict.OfCommandAsync((NpgsqlConnection)asking, "SELECT 1", isAsync, timeout: 1)
                .WaitAsync(TimeSpan.FromSeconds(10), Token);
            Verdict connected = await Verdict.OfOpenAsync((NpgsqlConnection)connecting, isAsync)
                .WaitAsync(TimeSpan.FromSeconds(10), Token);

            asked.Is(DbFailureKind.Timeout, isFailure: true);
            connected.Is(DbFailureKind.Timeout, isFailure: true);
            Assert.False(adapter.IsProbeAnswered(asked.Failure));
            Assert.False(adapter.IsProbeAnswered(connected.Failure));
        }
        finally
        {
            await frozen.Server.ThawAsync(Token);
        }
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        NpgsqlConnectionStringBuilder builder = frozen.Server.CreateBuilder();
        // Cancelling opens a connection too, and with Prefer a synchronous open may outlive every timeout.
        (builder.Pooling, builder.Timeout) = (false, 1);
        (builder.SslMode, builder.GssEncryptionMode) = (SslMode.Disable, GssEncryptionMode.Disable);
        NpgsqlConnection connection = new(builder.ConnectionString);
        await connection.OpenAsync(Token);
        return connection;
    }
}
