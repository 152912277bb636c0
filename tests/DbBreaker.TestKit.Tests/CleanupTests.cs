using System.Diagnostics;
using Docker.DotNet.Models;

namespace DbBreaker.TestKit.Tests;

public sealed class CleanupTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ServerSource.Local, false)]
    [InlineData(ServerSource.Local, true)]
    [InlineData(ServerSource.Container, false)]
    [InlineData(ServerSource.Container, true)]
    public async Task A_process_that_ends_or_is_interrupted_leaves_nothing_behind(
        ServerSource source, bool isInterrupted)
    {
        Assert.SkipUnless(await PostgresFixture.IsThereAsync(source), $"This machine has no {source} PostgreSQL.");
        var start = new ProcessStartInfo("dotnet", [typeof(CleanupTests).Assembly.Location])
        {
            RedirectStandardOutput = true,
            Environment =
            {
                [ChildProcess.SourceVariable] = source.ToString(),
                [ChildProcess.EndVariable] = isInterrupted ? "never" : nameof(System.Environment.Exit),
            },
        };
        using var child = Process.Start(start)!;
        Assert.Equal(ChildProcess.Ready, await child.StandardOutput.ReadLineAsync(Token));
        if (isInterrupted)
        {
            Assert.True(await LeavesSomethingAsync(child.Id));
            Signals.Send(child.Id, Signals.Interrupt);
        }

        await child.WaitForExitAsync(Token).WaitAsync(TimeSpan.FromSeconds(30), Token);

        Assert.False(await LeavesSomethingAsync(child.Id));
    }

    private static async Task<bool> LeavesSomethingAsync(int processId)
    {
        if (Directory.EnumerateDirectories(Path.GetTempPath(), $"dbbreaker-{processId}-*").Any())
            return true;
        if (await DockerEngine.FindAsync() is not { } docker)
            return false;
        var label = $"{DockerEngine.Labels.Keys.Order().First()}={processId}";
        var containers = await docker.Containers.ListContainersAsync(new ContainersListParameters
        {
            All = true,
            Filters = new Dictionary<string, IDictionary<string, bool>>
            {
                ["label"] = new Dictionary<string, bool> { [label] = true },
            },
        }, Token);
        return containers.Count > 0;
    }
}
