using System.Net.Sockets;

namespace DbBreaker.TestKit.Tests;

public sealed class SynBlackholeTests
{
    [Fact]
    public async Task A_connect_neither_completes_nor_is_refused()
    {
        using var hole = await SynBlackhole.OpenAsync(TestContext.Current.CancellationToken);
        using var expiry = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.ConnectAsync(hole.Host, hole.Port, expiry.Token).AsTask());
    }
}
