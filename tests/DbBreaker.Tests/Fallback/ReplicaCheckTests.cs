namespace DbBreaker.Tests.Fallback;

/// <summary>What is wrong with a replica shows when the guard is made, not in the outage.</summary>
public sealed class ReplicaCheckTests : IDisposable
{
    private readonly TwoFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void The_primary_itself_is_no_replica()
    {
        string message = Refused(_files.Primary);
        Assert.StartsWith("FallbackToReplica was given sqlite:", message, StringComparison.Ordinal);
        Assert.EndsWith(
            ", which is the primary itself. When that is gone, so is this: give the standby's own host and port, or "
            + "leave the call out.",
            message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_string_of_another_driver_is_refused_and_not_shown()
    {
        string message = Refused("Host=db2;Username=app;Password=topsecret");
        Assert.StartsWith(
            "FallbackToReplica was given a connection string that SqliteConnection cannot read: ", message,
            StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_file_is_a_replica() =>
        Assert.Equal(
            CircuitState.Closed, _files.Connect(o => o.FallbackToReplica(_files.Replica)).Guard.State);

    private string Refused(string replica) => Assert.Throws<ArgumentException>(
        () => _files.Connect(o => o.FallbackToReplica(replica)).Guard).Message;
}
