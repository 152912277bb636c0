using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;

namespace DbBreaker.TestKit.Tests;

public sealed class FaultProxyTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);

    private readonly EchoServer _echo = new();
    private FaultProxy _proxy = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _proxy = FaultProxy.Start("127.0.0.1", _echo.Port);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _echo.Dispose();
    }

    [Fact]
    public async Task Bytes_pass_both_ways_and_connections_are_counted()
    {
        using (var client = await ConnectAsync())
        {
            await client.SendAsync(new byte[] { 1, 2, 3 }, Token);
            Assert.Equal([1, 2, 3], await ReceiveAsync(client, 3));
            Assert.Equal(1, _proxy.ActiveConnections);
        }

        Assert.Equal(1, _proxy.ConnectionsAccepted);
        await Eventually.BecomesTrueAsync(
            () => _proxy.ActiveConnections == 0, Deadline, "the connection is gone", cancellationToken: Token);
    }

    [Fact]
    public async Task Silence_holds_what_is_sent_until_it_is_resumed()
    {
        using var client = await ConnectAsync();
        await PingAsync(client);

        _proxy.Silence();
        await client.SendAsync(new byte[] { 7 }, Token);
        var answer = ReceiveAsync(client, 1);
        await Assert.ThrowsAsync<TimeoutException>(() => answer.WaitAsync(Quiet, Token));

        _proxy.Resume();
        Assert.Equal([7], await answer.WaitAsync(Deadline, Token));
    }

    [Fact]
    public async Task Silence_accepts_new_connections_that_hear_nothing()
    {
        _proxy.Silence();
        using var client = await ConnectAsync();
        await client.SendAsync(new byte[] { 7 }, Token);
        var answer = ReceiveAsync(client, 1);
        await Assert.ThrowsAsync<TimeoutException>(() => answer.WaitAsync(Quiet, Token));

        _proxy.Resume();
        Assert.Equal([7], await answer.WaitAsync(Deadline, Token));
    }

    [Fact]
    public async Task A_silenced_proxy_holds_a_bounded_amount()
    {
        using var client = await ConnectAsync();
        await PingAsync(client);
        _proxy.Silence();

        var flood = client.SendAsync(new byte[64 * 1024 * 1024], Token).AsTask();

        await Assert.ThrowsAsync<TimeoutException>(() => flood.WaitAsync(TimeSpan.FromSeconds(1), Token));
        _proxy.ResetAll();
        await Assert.ThrowsAsync<SocketException>(() => flood.WaitAsync(Deadline, Token));
    }

    [Fact]
    public async Task A_reset_reaches_the_client_as_a_reset()
    {
        using var client = await ConnectAsync();
        await PingAsync(client);

        _proxy.ResetAll();

        var error = await Assert.ThrowsAsync<SocketException>(() => ReceiveAsync(client, 1).WaitAsync(Deadline, Token));
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
    }

    [Fact]
    public async Task A_close_reaches_the_client_as_the_end_of_the_stream()
    {
        using var client = await ConnectAsync();
        await PingAsync(client);

        _proxy.CloseAll();

        Assert.Empty(await ReceiveAsync(client, 1).WaitAsync(Deadline, Token));
    }

    [Fact]
    public async Task A_reset_after_bytes_delivers_exactly_those()
    {
        using var client = await ConnectAsync();
        await PingAsync(client);
        var happened = _proxy.ResetAfterBytes(5);

        await client.SendAsync(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }, Token);

        Assert.Equal([1, 2, 3, 4, 5], await ReceiveAsync(client, 5).WaitAsync(Deadline, Token));
        await happened.WaitAsync(Deadline, Token);
        var error = await Assert.ThrowsAsync<SocketException>(() => ReceiveAsync(client, 1).WaitAsync(Deadline, Token));
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
        using var next = await ConnectAsync();
        await PingAsync(next);
    }

    [Fact]
    public async Task Refusing_new_connections_leaves_the_open_ones_and_ends_on_the_same_port()
    {
        using var client = await ConnectAsync();
        await PingAsync(client);
        var port = _proxy.Port;

        _proxy.RefuseNew();
        var error = await Assert.ThrowsAsync<SocketException>(ConnectAsync);
        Assert.Equal(SocketError.ConnectionRefused, error.SocketErrorCode);
        await PingAsync(client);

        _proxy.AcceptNew();
        Assert.Equal(port, _proxy.Port);
        using var next = await ConnectAsync();
        await PingAsync(next);
    }

    [Fact]
    public async Task Latency_is_added_per_direction_on_the_given_clock()
    {
        var clock = new FakeTimeProvider();
        await using var proxy = FaultProxy.Start("127.0.0.1", _echo.Port, clock);
        proxy.LatencyToServer = TimeSpan.FromSeconds(2);
        proxy.LatencyToClient = TimeSpan.FromSeconds(3);
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync("127.0.0.1", proxy.Port, Token);
        await client.SendAsync(new byte[] { 9 }, Token);
        var answer = ReceiveAsync(client, 1);
        await Assert.ThrowsAsync<TimeoutException>(() => answer.WaitAsync(Quiet, Token));

        clock.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<TimeoutException>(() => answer.WaitAsync(Quiet, Token));

        clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal([9], await answer.WaitAsync(Deadline, Token));
    }

    [Fact]
    public async Task A_server_that_refuses_looks_like_a_reset()
    {
        _echo.Dispose();
        // The reset may come before the connect has returned.
        var error = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            using var client = await ConnectAsync();
            await ReceiveAsync(client, 1).WaitAsync(Deadline, Token);
        });
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
    }

    [Fact]
    public async Task Three_hundred_connections_at_once_pass_fall_silent_and_go_on()
    {
        var clients = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => ConnectAsync()));
        try
        {
            await Task.WhenAll(clients.Select(PingAsync)).WaitAsync(Deadline, Token);
            Assert.Equal(300, _proxy.ActiveConnections);

            _proxy.Silence();
            var pings = Task.WhenAll(clients.Select(PingAsync));
            await Assert.ThrowsAsync<TimeoutException>(() => pings.WaitAsync(Quiet, Token));
            _proxy.Resume();
            await pings.WaitAsync(Deadline, Token);

            _proxy.ResetAll();
            await Eventually.BecomesTrueAsync(
                () => _proxy.ActiveConnections == 0, Deadline, "all are gone", cancellationToken: Token);
        }
        finally
        {
            Array.ForEach(clients, client => client.Dispose());
        }
    }

    private static async Task PingAsync(Socket client)
    {
        var sent = new byte[] { 4, 2 };
        await client.SendAsync(sent, Token);
        Assert.Equal(sent, await ReceiveAsync(client, 2).WaitAsync(Deadline, Token));
    }

    private static async Task<byte[]> ReceiveAsync(Socket client, int count)
    {
        var buffer = new byte[count];
        var length = 0;
        while (length < count && await client.ReceiveAsync(buffer.AsMemory(length), Token) is var got and > 0)
            length += got;
        return buffer[..length];
    }

    private async Task<Socket> ConnectAsync()
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await client.ConnectAsync(_proxy.Host, _proxy.Port, Token);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }
}
