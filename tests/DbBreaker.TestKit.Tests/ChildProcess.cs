using System.Runtime.CompilerServices;

namespace DbBreaker.TestKit.Tests;

/// <summary>
/// What this program does instead of running tests when <see cref="CleanupTests"/> starts it: it starts a server and
/// ends without disposing it.
/// </summary>
internal static class ChildProcess
{
    public const string SourceVariable = "DBBREAKER_TESTKIT_CHILD_SOURCE";
    public const string EndVariable = "DBBREAKER_TESTKIT_CHILD_ENDS";
    public const string Ready = "ready";

    [ModuleInitializer]
    public static void RunWhenAsked()
    {
        if (!Enum.TryParse<ServerSource>(Environment.GetEnvironmentVariable(SourceVariable), out var source))
            return;
        PostgresServer.StartAsync(new PostgresServerOptions { Source = source }).GetAwaiter().GetResult();
        Console.WriteLine(Ready);
        if (Environment.GetEnvironmentVariable(EndVariable) == nameof(Environment.Exit))
            Environment.Exit(0);
        Thread.Sleep(Timeout.Infinite);
    }
}
