using System.Data.Common;
using DbBreaker.TestKit;
using Npgsql;
using static DbBreaker.DbFailureKind;

namespace DbBreaker.Npgsql.Tests;

/// <summary>A primary and its standby behind one multi-host string, before, during and after a failover.</summary>
public sealed class FailoverTests
{
    private readonly NpgsqlAdapter _adapter = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_probe_asks_for_the_kind_of_session_that_its_guard_is_for()
    {
        await using PostgresPair pair = await PostgresPair.StartAsync(cancellationToken: Token);
        await using NpgsqlMultiHostDataSource source =
            new NpgsqlDataSourceBuilder(pair.ConnectionString).BuildMultiHost();
        await using NpgsqlConnection primary = source.CreateConnection(TargetSessionAttributes.Primary);
        await using NpgsqlConnection standby = source.CreateConnection(TargetSessionAttributes.Standby);
        await using NpgsqlConnection byString =
            new(pair.ConnectionString + ";Target Session Attributes=standby");

        Assert.False(await IsStandbyAsync(primary));
        Assert.True(await IsStandbyAsync(standby));
        Assert.True(await IsStandbyAsync(byString));

        await FailOverAsync(pair, source, primary);
    }

    private async Task FailOverAsync(
        PostgresPair pair, NpgsqlMultiHostDataSource source, NpgsqlConnection primary)
    {
        // The driver learns that the primary is offline, and keeps that for its ten seconds.
        await pair.Primary.KillAsync(Token);
        Verdict first = await Verdict.OfOpenAsync(primary, isAsync: true);
        Verdict remembered = await Verdict.OfOpenAsync(primary, isAsync: true);
        first.Is(Unavailable, isFailure: true);
        remembered.Is(Unavailable, isFailure: true);
        Assert.Null(remembered.Failure.Exception.InnerException);

        // Nobody is primary: a probe for one is not answered, although the standby is there.
        await using (DbConnection probe = _adapter.CreateProbeConnection(primary, TimeSpan.FromSeconds(1)))
        {
            Verdict asked = await Verdict.OfOpenAsync((NpgsqlConnection)probe, isAsync: true);
            Assert.False(_adapter.IsProbeAnswered(asked.Failure));
        }

        await pair.PromoteStandbyAsync(Token);
        Assert.False(await IsStandbyAsync(primary));

        _adapter.ClearPool(primary);
        await primary.OpenAsync(Token);
        Assert.Equal(pair.Standby.Port, primary.Port);
        await primary.CloseAsync();
        Assert.True(_adapter.ClearPool(source));
    }

    [Fact]
    public async Task A_pool_that_still_leads_to_the_old_primary_is_told_by_25006()
    {
        await using PostgresPair pair = await PostgresPair.StartAsync(cancellationToken: Token);
        await using NpgsqlConnection toStandby = new(pair.Standby.ConnectionString);
        await toStandby.OpenAsync(Token);

        Verdict verdict = await Verdict.OfCommandAsync(toStandby, "CREATE TABLE t (id int)", isAsync: true);

        verdict.Is(Answered, isFailure: false);
        Assert.True(_adapter.IndicatesStalePool(verdict.Failure));
    }

    private async Task<bool> IsStandbyAsync(NpgsqlConnection connection)
    {
        await using DbConnection probe = _adapter.CreateProbeConnection(connection, TimeSpan.FromSeconds(1));
        await probe.OpenAsync(Token);
        await using DbCommand command = probe.CreateCommand();
        command.CommandText = "SELECT pg_is_in_recovery()";
        return (bool)(await command.ExecuteScalarAsync(Token))!;
    }
}
