namespace DbBreaker.TestKit;

/// <summary>Tries the ways to a MariaDB server.</summary>
internal static class MariaDbFinder
{
    public static async Task<ServerHost> StartAsync(MariaDbServerOptions options, CancellationToken cancellationToken)
    {
        var source = ServerSources.Resolve(options.Source);
        var docker = source == ServerSource.Local ? null : await DockerEngine.FindAsync();
        // A pull takes long where it works at all: it is not waited for when this machine has the binaries.
        var mayPull = source == ServerSource.Container || !MariaDbBinaries.AreThere;
        Exception? refusal = null;
        if (docker is not null
            && (mayPull || await ImageStore.HasAsync(docker, MariaDbContainer.Image, cancellationToken)))
        {
            try
            {
                return await MariaDbContainer.StartAsync(docker, options, cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                refusal = exception;
            }
        }

        if (source != ServerSource.Container && MariaDbBinaries.AreThere)
            return await MariaDbBinaries.StartAsync(options, cancellationToken);
        throw new InvalidOperationException(
            "No MariaDB for the tests. Give one of: the connection string of a running server in "
            + $"{MariaDbServer.ConnectionStringVariable} (for tests that only use a server); a container engine with "
            + $"the image {MariaDbContainer.Image} (another one: {MariaDbContainer.ImageVariable}); or the programs "
            + $"'mariadbd' and 'mariadb-install-db'. {refusal?.Message ?? "No container engine was asked."}", refusal);
    }
}
