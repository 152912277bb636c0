namespace Outage;

/// <summary>One way to talk to the database. Each request opens, asks and closes, as a web request does.</summary>
internal interface IContender : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Whether an exception was thrown by the contender itself instead of the database.</summary>
    bool IsRejection(Exception exception);

    /// <summary>When the circuit opened first (time of the process), or null.</summary>
    DateTimeOffset? OpenedAt { get; }

    Task RequestAsync(CancellationToken cancellationToken);
}
