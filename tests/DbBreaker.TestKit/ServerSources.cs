namespace DbBreaker.TestKit;

/// <summary>Narrows where servers come from by the environment.</summary>
internal static class ServerSources
{
    private const string ForceVariable = "DBBREAKER_TESTKIT_FORCE";

    public static ServerSource Resolve(ServerSource asked) => asked != ServerSource.Any
        ? asked
        : Environment.GetEnvironmentVariable(ForceVariable) switch
        {
            null or "" => ServerSource.Any,
            "container" => ServerSource.Container,
            "local" => ServerSource.Local,
            var other => throw new InvalidOperationException(
                $"{ForceVariable} is '{other}'; accepted are 'container' and 'local'."),
        };
}
