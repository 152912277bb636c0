using System.Net.Sockets;

namespace DbBreaker.TestKit.Tds;

/// <summary>One client's connection.</summary>
internal sealed class TdsSession(TdsServer server, Socket socket) : IDisposable
{
    private readonly NetworkStream _stream = new(socket, ownsSocket: true);
    private CancellationTokenSource _interrupt = new();
    private Task _answering = Task.CompletedTask;

    public async Task RunAsync()
    {
        try
        {
            while (await TdsMessage.ReadAsync(_stream) is { } message)
            {
                await server.Awake;
                if (!await HandleAsync(message)) return;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException)
        {
            // The client went away, or the test stopped the server.
        }
        finally
        {
            await _interrupt.CancelAsync();
            Dispose();
        }
    }

    /// <summary>Resets the connection: the client sees RST, also while it waits.</summary>
    public void HangUp(bool abruptly = true)
    {
        try
        {
            if (abruptly) socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            return;
        }

        Dispose();
    }

    public void Dispose() => _stream.Dispose();

    private async Task<bool> HandleAsync(TdsMessage message)
    {
        switch (message.Type)
        {
            case TdsMessageType.PreLogin:
                return await AnswerAsync(server.PreLogin, () => WriteAsync(TdsTokens.PreLogin()));
            case TdsMessageType.Login:
                server.CountLogin();
                return await AnswerAsync(server.Login, () => WriteAsync(new TdsTokens().LoginAck().Done(0).Bytes))
                    && server.Login is not TdsError;
            case TdsMessageType.Attention:
                await _interrupt.CancelAsync();
                await _answering;
                _interrupt = new CancellationTokenSource();
                if (server.AcknowledgesAttention) await WriteAsync(new TdsTokens().Done(0x20).Bytes);
                return true;
            default:
                string text = message.Text();
                TdsReply reply = server.Ask(text);
                Task Succeed() => SucceedAsync(message, text, reply);
                if (reply.Delay == TimeSpan.Zero) return await AnswerAsync(reply, Succeed);
                _answering = AnswerLaterAsync(reply, Succeed, _interrupt.Token);
                return true;
        }
    }

    private async Task AnswerLaterAsync(TdsReply reply, Func<Task> succeed, CancellationToken interrupt)
    {
        try
        {
            await Task.Delay(reply.Delay, interrupt);
            await server.Awake;
            await AnswerAsync(reply, succeed);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // An attention or the end of the connection came first.
        }
    }

    /// <summary>Returns whether the session goes on.</summary>
    private async Task<bool> AnswerAsync(TdsReply reply, Func<Task> succeed)
    {
        switch (reply)
        {
            case TdsSilence:
                return true;
            case TdsHangUp hangUp:
                HangUp(hangUp.Abruptly);
                return false;
            case TdsError error:
                await WriteAsync(new TdsTokens().Error(error).Done(0x02).Bytes);
                return error.Severity < 20;
            default:
                await succeed();
                return reply is not TdsRows { Then: { } then } || await AnswerAsync(then, () => Task.CompletedTask);
        }
    }

    private async Task SucceedAsync(TdsMessage message, string text, TdsReply reply)
    {
        TdsTokens tokens = new();
        if (message.ResetsSession) tokens.SessionReset();
        if (message.Type == TdsMessageType.Transaction)
        {
            if (text == TdsServer.BeginTransaction) tokens.TransactionBegun();
            else if (text is TdsServer.Commit or TdsServer.Rollback) tokens.TransactionEnded(text == TdsServer.Commit);
            await WriteAsync(tokens.Done(0).Bytes);
            return;
        }

        TdsRows rows = (TdsRows)reply;
        tokens.Rows(rows);
        for (; rows.Next is { } next; rows = next) tokens.Done(0x11, rows.Affected).Rows(next);
        if (rows.Returned is { } output) tokens.ReturnValue(output.Parameter, output.Value);
        if (rows.Then is null) tokens.Done(0x10, rows.Affected);
        await WriteAsync(tokens.Bytes, last: rows.Then is null);
    }

    private Task WriteAsync(ReadOnlyMemory<byte> tokens, bool last = true) =>
        TdsMessage.WriteAsync(_stream, tokens, last);
}
