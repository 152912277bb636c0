namespace DbBreaker.TestKit;

/// <summary>Tries the ways to a PostgreSQL server, in order.</summary>
internal static class PostgresFinder
{
    public static async Task<ServerHost> StartAsync(PostgresServerOptions options, CancellationToken cancellationToken)
    {
        var source = ServerSources.Resolve(options.Source);
        var refusals = new List<Exception>();
        if (source is ServerSource.Any or ServerSource.Container)
        {
            try
            {
                var docker = await DockerEngine.FindAsync()
                    ?? throw new InvalidOperationException("No container engine answers.");
                return await PostgresContainer.StartAsync(docker, options, cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                refusals.Add(exception);
            }
        }

        if (source is ServerSource.Any or ServerSource.Local)
        {
            try
            {
                return await PostgresBinaries.StartAsync(options, cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                refusals.Add(exception);
            }
        }

        throw new InvalidOperationException(
            "No PostgreSQL for the tests. Give one of: the connection string of a running server in "
            + $"{PostgresServer.ConnectionStringVariable} (for tests that only use a server); a container engine with "
            + $"the image {PostgresContainer.Image} (another one: {PostgresContainer.ImageVariable}); or the server "
            + "binaries 'initdb' and 'postgres' on the PATH or under /usr/lib/postgresql/*/bin. What was tried: "
            + string.Join(" ", refusals.Select(refusal => refusal.Message)), new AggregateException(refusals));
    }
}
