using System.Net.Sockets;

namespace DbBreaker.AspNetCore.Tests;

/// <summary>Opens circuits the way an outage does.</summary>
internal static class Trip
{
    public static DbGuardOptions Options() => new() { MinimumThroughput = 2, BreakDuration = TimeSpan.FromMinutes(1) };

    public static void Open(DbGuard guard)
    {
        for (int i = 0; i < guard.Options.MinimumThroughput && guard.State == CircuitState.Closed; i++)
        {
            using DbGuardLease lease = guard.Acquire();
            lease.ReportFailure(new SocketException((int)SocketError.ConnectionRefused), DbPhase.Opening);
        }

        Assert.Equal(CircuitState.Open, guard.State);
    }
}
