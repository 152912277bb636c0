using System.Data.Common;
using DbBreaker.Data;

namespace DbBreaker.Tests.Rules;

public sealed class Rule10_WhatAnOpenCircuitRejects
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_new_connection_is_rejected_at_once(bool isAsync)
    {
        var session = new SessionBench(new GuardBench());
        session.Bench.Break();
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => session.OpenAsync(isAsync));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_command_on_an_idle_open_connection_is_rejected_at_once(bool isAsync)
    {
        var session = new SessionBench(new GuardBench());
        session.Open();
        session.Bench.Break();
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => session.BeginAsync(isAsync));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_inside_a_transaction_is_rejected(bool isAsync)
    {
        var session = new SessionBench(new GuardBench());
        session.Open();
        session.Session.TransactionStarted();
        session.Bench.Break();
        session.Session.Succeeded(await session.BeginAsync(isAsync));
        session.Session.TransactionEnded();
        await Assert.ThrowsAsync<DbCircuitOpenException>(() => session.BeginAsync(isAsync));
    }

    [Fact]
    public void A_command_beside_an_open_reader_is_not_rejected()
    {
        var session = new SessionBench(new GuardBench());
        session.Open();
        session.Session.Reading = true;
        session.Bench.Break();
        session.Run();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Commit_rollback_close_and_dispose_pass_open_or_isolated(bool isolated)
    {
        var session = new SessionBench(new GuardBench());
        session.Open();
        if (isolated) session.Bench.Guard.Isolate();
        else session.Bench.Break();
        OperationStamp commit = session.Session.BeforeUngated();
        session.Session.Succeeded(commit);
        session.Close();
        session.Session.Detach();
        Assert.Equal(0, session.Bench.Now.PermitsInUse);
    }

    [Fact]
    public void A_connection_from_before_the_outage_needs_a_permit_anew_and_is_one_of_the_trials()
    {
        var bench = new GuardBench(o => o.HalfOpenPermits = 1);
        var session = new SessionBench(bench);
        session.Open();
        bench.Break();
        bench.AdvanceUntil(CircuitState.HalfOpen);
        Assert.Equal(1, bench.Now.PermitsInUse);

        OperationStamp command = session.Session.BeforeCommand();
        Assert.False(bench.Guard.TryAcquire(out _));
        session.Session.Succeeded(command);
        Assert.Equal(1, bench.Now.PermitsInUse);
        Assert.Equal(1, bench.Guard.GetSnapshot().PermitLimit);
    }

    [Fact]
    public void The_rejection_is_a_drivers_error_with_what_opened_the_circuit_inside()
    {
        var bench = new GuardBench(o => o.MinimumThroughput = 2);
        bench.Break();
        DbException rejection = Assert.ThrowsAny<DbException>(() => bench.Guard.Acquire());
        Assert.IsType<IOException>(rejection.InnerException);
        Assert.True(rejection.IsTransient);
        Assert.Contains("orders", rejection.Message);
        Assert.Equal("orders", Assert.IsType<DbCircuitOpenException>(rejection).GuardName);
    }

    [Fact]
    public void Try_acquire_says_no_and_counts()
    {
        var bench = new GuardBench();
        bench.Break();
        Assert.False(bench.Guard.TryAcquire(out DbGuardLease lease));
        Assert.False(lease.IsHeld);
        Assert.Equal(1, bench.Now.RejectedOpen);
    }
}
