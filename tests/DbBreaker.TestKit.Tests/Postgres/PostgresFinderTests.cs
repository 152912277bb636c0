namespace DbBreaker.TestKit.Tests;

public sealed class PostgresFinderTests
{
    [Fact]
    public async Task Without_a_way_to_a_server_the_error_names_all_three()
    {
        var before = Environment.GetEnvironmentVariable(PostgresContainer.ImageVariable);
        Environment.SetEnvironmentVariable(PostgresContainer.ImageVariable, "127.0.0.1:1/no/such:image");
        try
        {
            var error = await Assert.ThrowsAsync<InvalidOperationException>(() => PostgresServer.StartAsync(
                new PostgresServerOptions { Source = ServerSource.Container }, TestContext.Current.CancellationToken));
            Assert.Contains(PostgresServer.ConnectionStringVariable, error.Message, StringComparison.Ordinal);
            Assert.Contains("no/such:image", error.Message, StringComparison.Ordinal);
            Assert.Contains("initdb", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable(PostgresContainer.ImageVariable, before);
        }
    }

    [Fact]
    public async Task The_shared_server_is_one_for_all_and_survives_its_disposal()
    {
        var server = await PostgresServer.FindAsync();
        await server.DisposeAsync();
        Assert.Same(server, await PostgresServer.FindAsync());
        Assert.False(server.CanControl);
        Assert.Equal(1, await server.ScalarAsync<int>("SELECT 1", TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<NotSupportedException>(
            () => server.FreezeAsync(TestContext.Current.CancellationToken));
    }
}
