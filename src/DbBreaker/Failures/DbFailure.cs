using System.Data;

namespace DbBreaker;

/// <summary>An exception together with what is needed to judge it. A value; safe to copy.</summary>
/// <param name="Exception">What was thrown; inner and aggregated exceptions are part of the evidence.</param>
/// <param name="Phase">What the connection was doing.</param>
/// <param name="Elapsed">How long the operation had run.</param>
/// <param name="StateAfter">
/// The connection's state after the failure, or null when there is no connection. <see cref="ConnectionState.Open"/>
/// after a timeout or a cancellation means that the server acknowledged it. Without a connection a timeout counts as
/// a failure, because nothing shows that the server acknowledged anything.
/// </param>
/// <exception cref="ArgumentNullException">The exception is null.</exception>
public readonly record struct DbFailure(
    Exception Exception, DbPhase Phase, TimeSpan Elapsed = default, ConnectionState? StateAfter = null)
{
    /// <summary>Gets what was thrown.</summary>
    public Exception Exception { get; init; } = Exception ?? throw new ArgumentNullException(nameof(Exception));

    /// <summary>Gets whether the connection is known to be open after the failure. Drivers may add Executing or
    /// Fetching to Open.</summary>
    public bool ConnectionSurvived => StateAfter is { } state && (state & ConnectionState.Open) != 0;

    /// <summary>Gets whether the failure is known to have cost an open connection. While opening there was none to
    /// lose.</summary>
    public bool ConnectionBroke =>
        Phase != DbPhase.Opening && StateAfter is (ConnectionState.Closed or ConnectionState.Broken);
}
