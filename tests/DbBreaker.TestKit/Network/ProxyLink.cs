using System.Buffers;
using System.Net.Sockets;
using System.Threading.Channels;

namespace DbBreaker.TestKit;

/// <summary>One client's connection through a <see cref="FaultProxy"/>.</summary>
internal sealed class ProxyLink
{
    private const int ChunkBytes = 16 * 1024;
    private const int ChunksHeld = 64;

    private readonly FaultProxy _proxy;
    private readonly Socket _client;
    private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly CancellationTokenSource _ended = new();
    private int _closing;

    public ProxyLink(FaultProxy proxy, Socket client)
    {
        _proxy = proxy;
        _client = client;
        _client.NoDelay = true;
    }

    public async Task RunAsync()
    {
        try
        {
            await _proxy.WhenOpen.WaitAsync(_ended.Token);
            await _server.ConnectAsync(_proxy.TargetHost, _proxy.TargetPort, _ended.Token);
            await Task.WhenAll(
                ForwardAsync(_client, _server, toServer: true), ForwardAsync(_server, _client, toServer: false));
            Close();
        }
        catch (Exception exception) when (IsEndOfConnection(exception))
        {
            // What one side sees, the other is to see: a server that refuses or resets looks so from the client.
            Reset();
        }
        finally
        {
            _proxy.Remove(this);
        }
    }

    public void Reset()
    {
        if (Interlocked.Exchange(ref _closing, 1) != 0)
            return;
        foreach (var socket in (Socket[])[_client, _server])
        {
            socket.LingerState = new LingerOption(true, 0);
            socket.Dispose();
        }

        _ended.Cancel();
    }

    public void Close()
    {
        if (Interlocked.Exchange(ref _closing, 1) != 0)
            return;
        foreach (var socket in (Socket[])[_client, _server])
        {
            if (socket.Connected)
                ShutDown(socket, SocketShutdown.Both);
            socket.Dispose();
        }

        _ended.Cancel();
    }

    private static bool IsEndOfConnection(Exception exception) =>
        exception is SocketException or ObjectDisposedException or OperationCanceledException;

    private static void ShutDown(Socket socket, SocketShutdown how)
    {
        try
        {
            socket.Shutdown(how);
        }
        catch (SocketException)
        {
            // The peer was faster.
        }
    }

    private async Task ForwardAsync(Socket from, Socket to, bool toServer)
    {
        var chunks = Channel.CreateBounded<Chunk>(
            new BoundedChannelOptions(ChunksHeld) { SingleReader = true, SingleWriter = true });
        await Task.WhenAll(ReadAsync(from, chunks.Writer, toServer), WriteAsync(to, chunks.Reader, toServer));
    }

    private async Task ReadAsync(Socket from, ChannelWriter<Chunk> chunks, bool toServer)
    {
        try
        {
            while (true)
            {
                var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
                var length = await from.ReceiveAsync(buffer, _ended.Token);
                if (length == 0)
                    break;
                var latency = toServer ? _proxy.LatencyToServer : _proxy.LatencyToClient;
                await chunks.WriteAsync(new Chunk(buffer, length, _proxy.Clock.GetTimestamp(), latency), _ended.Token);
            }

            chunks.Complete();
        }
        catch (Exception exception) when (IsEndOfConnection(exception))
        {
            // The writer first delivers what came before, then ends in the same way.
            chunks.Complete(exception);
        }
    }

    private async Task WriteAsync(Socket to, ChannelReader<Chunk> chunks, bool toServer)
    {
        try
        {
            await foreach (var chunk in chunks.ReadAllAsync(_ended.Token))
            {
                var wait = chunk.Latency - _proxy.Clock.GetElapsedTime(chunk.ReceivedAt);
                if (wait > TimeSpan.Zero)
                    await Task.Delay(wait, _proxy.Clock, _ended.Token);
                await _proxy.WhenOpen.WaitAsync(_ended.Token);
                await DeliverAsync(to, chunk, toServer);
                ArrayPool<byte>.Shared.Return(chunk.Buffer);
            }

            await _proxy.WhenOpen.WaitAsync(_ended.Token);
            ShutDown(to, SocketShutdown.Send);
        }
        catch (Exception exception) when (IsEndOfConnection(exception))
        {
            // A broken direction ends the other one, too, which may be waiting for its peer.
            if (!_proxy.WhenOpen.IsCompleted)
                await Task.WhenAny(_proxy.WhenOpen, Task.Delay(Timeout.InfiniteTimeSpan, _proxy.Clock, _ended.Token));
            Reset();
            throw;
        }
    }

    private async Task DeliverAsync(Socket to, Chunk chunk, bool toServer)
    {
        TaskCompletionSource? fired = null;
        var length = toServer ? chunk.Length : _proxy.Trigger.Admit(chunk.Length, out fired);
        for (var sent = 0; sent < length;)
            sent += await to.SendAsync(chunk.Buffer.AsMemory(sent, length - sent), _ended.Token);
        if (fired is null)
            return;
        // A reset overtakes what the peer has not read; a moment lets it read what was admitted.
        await Task.Delay(TimeSpan.FromMilliseconds(20), _proxy.Clock, _ended.Token);
        Reset();
        fired.TrySetResult();
    }

    private readonly record struct Chunk(byte[] Buffer, int Length, long ReceivedAt, TimeSpan Latency);
}
