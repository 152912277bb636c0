using System.Data;

namespace DbBreaker;

/// <summary>An exception together with what is needed to judge it. A value; safe to copy.</summary>
/// <param name="Exception">What was thrown; inner and aggregated exceptions are part of the evidence.</param>
/// <param name="Phase">What the connection was doing.</param>
/// <param name="Elapsed">How long the operation had run.</param>
/// <param name="StateAfter">
/// The connection's state after the failure, or null when there is no connection. <see cref="ConnectionState.Open"/>
/// after a timeout or a cancellation means that the server acknowledged it.
/// </param>
public readonly record struct DbFailure(
    Exception Exception, DbPhase Phase, TimeSpan Elapsed = default, ConnectionState? StateAfter = null);
