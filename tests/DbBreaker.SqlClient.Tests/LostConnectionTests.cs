using DbBreaker.TestKit;
using DbBreaker.TestKit.Tds;
using Microsoft.Data.SqlClient;

namespace DbBreaker.SqlClient.Tests;

/// <summary>An asynchronous call of SqlClient throws, and another thread closes the connection that it cost: before the
/// exception is seen, after, or just then. It is one failure (rule 5).</summary>
public sealed class LostConnectionTests : IDisposable
{
    // Enough of them at once for every order to happen.
    private const int Connections = 60;
    private const string Lost = "SELECT lost";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly TdsServer _server = new();
    private readonly string _name = $"lost {Guid.NewGuid():N}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private DbGuardSnapshot Now => DbGuardRegistry.Shared.Find(_name)!.GetSnapshot();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_timeout_that_the_server_never_acknowledges_is_one_failure()
    {
        _server.AcknowledgesAttention = false;
        await LoseAllAsync(TdsReply.Silence);
        Assert.Equal((Connections, Connections), (Now.Failures, Now.Operations));
    }

    [Fact]
    public async Task A_reset_is_one_failure()
    {
        await LoseAllAsync(TdsReply.Reset);
        Assert.Equal((Connections, Connections), (Now.Failures, Now.Operations));
    }

    [Fact]
    public async Task A_server_that_is_busy_and_hangs_up_is_none()
    {
        await LoseAllAsync(TdsReply.Error(40501, 20));
        Assert.Equal((0, 0), (Now.Failures, Now.Operations));
    }

    private async Task LoseAllAsync(TdsReply reply)
    {
        List<GuardedDbConnection> connections = [];
        for (int i = 0; i < Connections; i++)
        {
            GuardedDbConnection connection = new SqlConnection(_server.ConnectionString).WithCircuitBreaker(
                _name, CountOnly);
            await connection.OpenAsync(Token);
            connections.Add(connection);
        }

        // The guard's own question is answered, however late, so the circuit stays closed and all of them count.
        _server.Answer = text => text == Lost ? reply : TdsServer.AnswerAnything(text);
        await Task.WhenAll(connections.Select(connection => Assert.ThrowsAnyAsync<Exception>(
            () => Observed.ScalarAsync(connection, Lost, async: true, timeout: 1))));
        await Eventually.BecomesTrueAsync(
            () => Now.PermitsInUse == 0, Deadline, "all are lost", cancellationToken: Token);
    }

    // Patient, and with a long memory.
    private static void CountOnly(DbGuardOptions options)
    {
        options.StallThreshold = TimeSpan.FromMinutes(1);
        options.SamplingDuration = TimeSpan.FromMinutes(5);
        options.MinimumThroughput = 1_000;
        options.ProbeTimeout = TimeSpan.FromSeconds(30);
    }
}
