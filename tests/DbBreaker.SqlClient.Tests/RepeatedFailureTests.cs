using DbBreaker.TestKit;
using DbBreaker.TestKit.Tds;
using Microsoft.Data.SqlClient;

namespace DbBreaker.SqlClient.Tests;

/// <summary>The pool repeats a failed open for 5 to 60 seconds without asking the server (rule 6).</summary>
public sealed class RepeatedFailureTests : IDisposable
{
    private readonly SqlClientAdapter _adapter = new();
    private readonly TdsServer _server = new();

    public void Dispose() => _server.Dispose();

    [Theory, InlineData(false), InlineData(true)]
    public async Task Errors_from_the_blocking_period_are_not_new_evidence(bool async)
    {
        _server.Login = TdsReply.Error(40613, 14);
        DbFailure first = await OpenAsync(async);
        DbFailure second = await OpenAsync(async);
        DbFailure third = await OpenAsync(!async);
        Assert.Equal(1, _server.Logins);
        Assert.NotSame(first.Exception, second.Exception);
        Assert.False(_adapter.IsRepeated(first));
        Assert.True(_adapter.IsRepeated(second));
        Assert.True(_adapter.IsRepeated(third));
    }

    [Fact]
    public async Task Asking_twice_about_one_failure_gives_the_same_answer()
    {
        _server.Login = TdsReply.Error(40613, 14);
        DbFailure first = await OpenAsync(async: true);
        DbFailure second = await OpenAsync(async: true);
        Assert.False(_adapter.IsRepeated(first));
        Assert.False(_adapter.IsRepeated(first));
        Assert.True(_adapter.IsRepeated(second));
        Assert.True(_adapter.IsRepeated(second));
        DbFailure wrapped = second with { Exception = new InvalidOperationException("wrapped", second.Exception) };
        Assert.True(_adapter.IsRepeated(wrapped));
    }

    [Fact]
    public async Task Failures_that_each_asked_the_server_are_each_evidence()
    {
        _server.Login = TdsReply.Error(40613, 14);
        for (int i = 1; i <= 3; i++)
        {
            DbFailure failure = await OpenAsync(async: true, ";PoolBlockingPeriod=NeverBlock");
            Assert.Equal(i, _server.Logins);
            Assert.False(_adapter.IsRepeated(failure));
        }
    }

    [Fact]
    public async Task Callers_that_waited_for_one_failed_login_saw_one_failure()
    {
        _server.Login = TdsReply.Error(40613, 14);
        DbFailure[] failures = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => OpenAsync(async: true)));
        Assert.Equal(_server.Logins, failures.Count(failure => !_adapter.IsRepeated(failure)));
    }

    private async Task<DbFailure> OpenAsync(bool async, string settings = "")
    {
        await using SqlConnection connection = new(_server.ConnectionString + settings);
        return await Observed.FailedOpenAsync(connection, async);
    }
}
