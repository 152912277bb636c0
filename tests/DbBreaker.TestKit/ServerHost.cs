namespace DbBreaker.TestKit;

/// <summary>A server process that can be started, hurt and started again on the same port.</summary>
internal abstract class ServerHost : IAsyncDisposable
{
    private static readonly TimeSpan ReadyInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Where clients of this machine reach it; the same for the host's whole life.</summary>
    public abstract string Host { get; }

    public abstract int Port { get; }

    /// <summary>Where other servers of the same group reach it.</summary>
    public abstract (string Host, int Port) PeerAddress { get; }

    public abstract Task<bool> IsRunningAsync(CancellationToken cancellationToken);

    public abstract Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Every process of the server stands still; its sockets stay open.</summary>
    public abstract Task FreezeAsync(CancellationToken cancellationToken);

    public abstract Task ThawAsync(CancellationToken cancellationToken);

    /// <summary>Drops every packet to and from the server.</summary>
    public abstract Task SilenceAsync(CancellationToken cancellationToken);

    public abstract Task UnsilenceAsync(CancellationToken cancellationToken);

    /// <summary>Sends a signal to the server's first process.</summary>
    public abstract Task SignalAsync(int signal, CancellationToken cancellationToken);

    /// <summary>Sends a signal to the server's first process, SIGKILL to all, and waits until it has ended.</summary>
    public abstract Task EndAsync(int signal, TimeSpan deadline, CancellationToken cancellationToken);

    /// <summary>Runs a command of the shell where the server runs.</summary>
    public abstract Task RunAsync(string shellCommand, CancellationToken cancellationToken);

    /// <summary>The end of the server's log, for error messages.</summary>
    public abstract Task<string> LogTailAsync();

    public abstract ValueTask DisposeAsync();

    /// <summary>Connects until it works once.</summary>
    /// <exception cref="TimeoutException">It did not work in time; the log's end is in the text.</exception>
    /// <exception cref="InvalidOperationException">The server ended; the log's end is in the text.</exception>
    public async Task WaitUntilReadyAsync(
        string name, Func<CancellationToken, Task> connect, TimeSpan deadline, CancellationToken cancellationToken)
    {
        try
        {
            await Eventually.BecomesTrueAsync(async token =>
            {
                if (await IsRunningAsync(token))
                    await connect(token);
                return true;
            }, deadline, $"{name} answers", interval: ReadyInterval, cancellationToken: cancellationToken);
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message} Its log ends:\n{await LogTailAsync()}", exception);
        }

        if (!await IsRunningAsync(cancellationToken))
            throw new InvalidOperationException($"{name} ended. Its log ends:\n{await LogTailAsync()}");
    }
}
