namespace DbBreaker;

/// <summary>Where a connection string leads, without secrets.</summary>
/// <param name="Key">Provider, server, port, database, user and pool-relevant settings in canonical order. Two strings
/// with the same key share one guard. Used for comparison only; it contains the user name and is never shown.</param>
/// <param name="DisplayName">What logs, metrics and errors show: provider, server, port and database, as
/// in <c>postgresql://db1:5432/orders</c>.</param>
/// <param name="MaxPoolSize">The most connections the driver's pool keeps, or null without a pool.</param>
/// <param name="ConnectTimeout">How long the driver waits for a connection, or null when it is not known.</param>
/// <exception cref="ArgumentNullException">The key or the name is null.</exception>
public sealed record DbEndpoint(string Key, string DisplayName, int? MaxPoolSize, TimeSpan? ConnectTimeout)
{
    /// <summary>Gets what is compared, and never shown.</summary>
    public string Key { get; init; } = Key ?? throw new ArgumentNullException(nameof(Key));

    /// <summary>Gets what is shown.</summary>
    public string DisplayName { get; init; } = DisplayName ?? throw new ArgumentNullException(nameof(DisplayName));
}
