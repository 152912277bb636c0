using System.Data.Common;

namespace DbBreaker.Fallback;

/// <summary>What can be told of a replica before anything is opened. No message shows a connection string.</summary>
internal static class ReplicaCheck
{
    /// <summary>Everything that speaks against the replicas of these options for this primary, one sentence each.
    /// </summary>
    public static IEnumerable<string> Problems(DbGuardOptions options, GuardTarget primary)
    {
        foreach (ReplicaSetting setting in options.Replicas)
        {
            string? problem = null;
            try
            {
                Connection(
                    setting.DataSource?.CreateConnection() ?? Read(setting.ConnectionString!, primary), primary);
            }
            catch (ArgumentException exception)
            {
                problem = exception.Message;
            }

            if (problem is not null) yield return problem;
        }
    }

    /// <exception cref="ArgumentException">The primary's driver cannot read the string.</exception>
    public static DbConnection Read(string connectionString, GuardTarget primary)
    {
        try
        {
            return ConnectionStrings.CreateConnection(primary.Prototype, connectionString);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            throw new ArgumentException(
                $"FallbackToReplica was given a connection string that {primary.Prototype.GetType().Name} cannot read: "
                + $"{exception.Message} A replica has to be of the primary's provider "
                + $"({primary.Adapter.ProviderName}).");
        }
    }

    /// <exception cref="ArgumentException">The replica is of another provider, or is the primary.</exception>
    public static void Connection(DbConnection replica, GuardTarget primary)
    {
        if (replica.GetType() != primary.Prototype.GetType())
        {
            throw new ArgumentException(
                $"FallbackToReplica was given a {replica.GetType().Name}, but the primary's connections are "
                + $"{primary.Prototype.GetType().Name}. A replica has to be of the same driver.");
        }

        DbEndpoint there = primary.Adapter.GetEndpoint(replica), here = primary.Endpoint;
        bool same = there.Key == here.Key
            || (there.DisplayName == here.DisplayName && string.Equals(
                replica.DataSource, primary.Prototype.DataSource, StringComparison.OrdinalIgnoreCase));
        if (!same) return;
        throw new ArgumentException(
            $"FallbackToReplica was given {there.DisplayName}, which is the primary itself. When that is gone, "
            + "so is this: give the standby's own host and port, or leave the call out.");
    }
}
