using System.Diagnostics;

namespace DbBreaker.TestKit.Tests;

public sealed class SignalProcessTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stopped_tree_stands_still_until_it_is_continued()
    {
        using var shell = Process.Start("/bin/sh", ["-c", "sleep 100 & wait"]);
        try
        {
            await Eventually.BecomesTrueAsync(
                () => ProcessTree.Of(shell.Id).Count == 2, Deadline, "the child runs", cancellationToken: Token);

            SignalProcess.StopTree(shell.Id);
            await BecomesAsync(shell.Id, "T");

            SignalProcess.ContinueTree(shell.Id);
            await BecomesAsync(shell.Id, "S");
        }
        finally
        {
            shell.Kill(entireProcessTree: true);
            await shell.WaitForExitAsync(Token);
        }

        Assert.False(SignalProcess.Stop(shell.Id));
    }

    [Fact]
    public async Task A_tree_has_been_stopped_when_the_call_returns()
    {
        // Loops that never sleep, so that one which still ran would be seen running.
        using var shell = Process.Start(
            "/bin/sh", ["-c", "for i in 1 2 3 4; do (while :; do :; done) & done; wait"]);
        try
        {
            await Eventually.BecomesTrueAsync(
                () => ProcessTree.Of(shell.Id).Count == 5, Deadline, "the loops run", cancellationToken: Token);

            await ProcessTree.StopAsync(shell.Id, Deadline, Token);

            Assert.All(ProcessTree.Of(shell.Id), id => Assert.True(ProcessTree.StandsStill(id)));
        }
        finally
        {
            shell.Kill(entireProcessTree: true);
            await shell.WaitForExitAsync(Token);
        }
    }

    [Fact]
    public async Task This_process_can_be_stopped_for_a_while()
    {
        // Only this process stands still: what its threads would do meanwhile happens afterwards.
        var duration = TimeSpan.FromMilliseconds(700);
        var longest = TimeSpan.Zero;
        using var done = new ManualResetEventSlim();
        using var began = new ManualResetEventSlim();
        var watcher = new Thread(() =>
        {
            var last = TimeProvider.System.GetTimestamp();
            began.Set();
            bool isOver;
            do
            {
                // The gap that ends with the signal counts too: on a busy machine it may be the one.
                isOver = done.Wait(5);
                var now = TimeProvider.System.GetTimestamp();
                var gap = TimeProvider.System.GetElapsedTime(last, now);
                longest = gap > longest ? gap : longest;
                last = now;
            }
            while (!isOver);
        });
        watcher.Start();
        began.Wait(Token);

        await SignalProcess.StopThisProcessAsync(duration, Token);

        done.Set();
        watcher.Join();
        Assert.True(longest >= duration / 2, $"The longest gap was {longest}.");
    }

    private static Task BecomesAsync(int root, string state) =>
        Eventually.BecomesTrueAsync(
            () => ProcessTree.Of(root).All(id => File.ReadAllText($"/proc/{id}/stat").Contains($") {state} ")),
            Deadline, $"every process is in state {state}", cancellationToken: Token);
}
