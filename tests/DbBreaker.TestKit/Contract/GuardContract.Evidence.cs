using System.Data;
using System.Data.Common;
using Xunit;

namespace DbBreaker.TestKit.Contract;

public abstract partial class GuardContract
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task Opening_proves_nothing_and_a_command_does(bool async)
    {
        await CallAsync(async);
        long before = Guard.GetSnapshot().Operations;

        await using DbConnection connection = await OpenAsync(async);
        Assert.Equal(before, Guard.GetSnapshot().Operations);
        await ScalarAsync(connection, async);
        Assert.Equal(before + 1, Guard.GetSnapshot().Operations);
        await CloseAsync(connection, async);
        Assert.Equal(before + 1, Guard.GetSnapshot().Operations);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Every_fault_is_the_evidence_that_it_is(bool async)
    {
        // Patient, and with a long memory: the counts alone are what is looked at.
        _countsOnly = true;
        List<string> wrong = [];
        foreach (ContractFault fault in Server.Faults.Where(f => async || !f.IsCancelled))
        {
            await CallAsync(async);
            DbGuardSnapshot before = Guard.GetSnapshot();
            Exception? exception = await FailAsync(fault, async);
            fault.After?.Invoke();
            (long Failures, long Operations) seen = await SettledAsync(before, fault.Evidence);
            if (exception is null) wrong.Add($"{fault.Name}: nothing was thrown");
            if (!Fits(seen, fault.Evidence)) wrong.Add($"{fault.Name}: {seen} is no {fault.Evidence}, by {exception}");
            Guard.Reset();
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        await AllPermitsAreBackAsync();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Errors_of_statements_open_no_circuit_however_many_they_are(bool async)
    {
        ContractFault fault = Server.Faults.First(f => f.Evidence is ContractEvidence.Answer && f.Before is null);
        for (int i = 0; i < 60; i++) Assert.NotNull(await FailAsync(fault, async));

        Assert.Equal((CircuitState.Closed, 0L), (Guard.State, Guard.GetSnapshot().Transitions));
        await AllPermitsAreBackAsync();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_server_that_is_slow_for_everybody_opens_no_circuit(bool async)
    {
        Task[] callers = [.. Enumerable.Range(0, ContractServer.PoolSize).Select(_ => Start(SlowAsync, async))];
        await Task.WhenAll(callers);

        Assert.Equal((CircuitState.Closed, 0L), (Guard.State, Guard.GetSnapshot().Transitions));
        Assert.Equal(0, Guard.GetSnapshot().Failures);

        async Task SlowAsync()
        {
            await using DbConnection connection = await OpenAsync(async);
            await ScalarAsync(connection, async, Server.Sleep(connection, TimeSpan.FromSeconds(2)));
        }
    }

    [Fact]
    public async Task Spellings_of_one_string_share_a_guard_whose_name_and_reason_hold_no_secret()
    {
        await using GuardedDbConnection one = Server.Factory.CreateConnection()!.WithCircuitBreaker();
        await using GuardedDbConnection other = Server.Factory.CreateConnection()!.WithCircuitBreaker();
        one.ConnectionString = Server.ConnectionString;
        other.ConnectionString = Server.SameConnectionString;

        Assert.Same(one.Guard, other.Guard);
        Assert.DoesNotContain("secret", $"{one.Guard.GetSnapshot()}", StringComparison.OrdinalIgnoreCase);
    }

    private async Task<Exception?> FailAsync(ContractFault fault, bool async)
    {
        await using DbConnection connection = await OpenAsync(async);
        await ScalarAsync(connection.Unwrap<GuardedDbConnection>().Inner, async);
        fault.Before?.Invoke();
        using CancellationTokenSource cancellation = new();
        if (fault.IsCancelled) cancellation.CancelAfter(TimeSpan.FromMilliseconds(300));
        Task<Exception?> failing = Record.ExceptionAsync(() => Start(
            () => ScalarAsync(connection, async, fault.Text, fault.Timeout, cancellation: cancellation.Token), async))
            .AsTask();
        if (fault.During is not null)
        {
            await Eventually.BecomesTrueAsync(
                () => Guard.GetSnapshot().PermitsInUse > 0, Deadline, "it runs", cancellationToken: Token);
            await fault.During();
        }

        Exception? exception = await failing;

        // An asynchronous call of SqlClient throws first and closes the broken connection a moment later.
        if (fault.Evidence is ContractEvidence.Failure)
        {
            await Eventually.BecomesTrueAsync(
                () => connection.State is not ConnectionState.Open || fault.After is null, Deadline, "it is lost",
                cancellationToken: Token);
        }

        return exception;
    }

    private static bool Fits((long Failures, long Operations) seen, ContractEvidence evidence) => evidence switch
    {
        ContractEvidence.Failure => seen is (1, 1),
        ContractEvidence.Answer => seen is (0, 1),
        _ => seen is (0, 0),
    };

    private async Task<(long Failures, long Operations)> SettledAsync(
        DbGuardSnapshot before, ContractEvidence evidence)
    {
        (long, long) seen = default;
        try
        {
            await Eventually.BecomesTrueAsync(
                () => Fits(seen = Difference(), evidence), TimeSpan.FromSeconds(5), "it is counted",
                cancellationToken: Token);
        }
        catch (TimeoutException)
        {
            // What was counted instead is the test's message.
        }

        return seen;

        (long, long) Difference()
        {
            DbGuardSnapshot now = Guard.GetSnapshot();
            return (now.Failures - before.Failures, now.Operations - before.Operations);
        }
    }
}
