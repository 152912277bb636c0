using System.Buffers.Binary;
using System.Text;

namespace DbBreaker.TestKit.Tds;

/// <summary>The kinds of message that a client sends (MS-TDS 2.2.3.1.1).</summary>
internal enum TdsMessageType : byte
{
    Batch = 1,
    Rpc = 3,
    Result = 4,
    Attention = 6,
    Transaction = 14,
    Login = 16,
    PreLogin = 18,
}

/// <summary>A message: one or more packets of eight header bytes and data.</summary>
internal sealed record TdsMessage(TdsMessageType Type, byte[] Data, bool ResetsSession)
{
    private const int HeaderSize = 8;
    private const int PacketSize = 4096;

    /// <summary>Reads a whole message, or returns null when the client has gone.</summary>
    public static async Task<TdsMessage?> ReadAsync(Stream stream)
    {
        using MemoryStream data = new();
        byte[] header = new byte[HeaderSize];
        bool resets = false;
        while (true)
        {
            if (await stream.ReadAtLeastAsync(header, HeaderSize, throwOnEndOfStream: false) < HeaderSize) return null;
            byte[] packet = new byte[BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2)) - HeaderSize];
            await stream.ReadExactlyAsync(packet);
            data.Write(packet);
            resets |= (header[1] & 0x18) != 0;
            if ((header[1] & 1) != 0) return new((TdsMessageType)header[0], data.ToArray(), resets);
        }
    }

    public static async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> data, bool last = true)
    {
        byte id = 1;
        do
        {
            int length = Math.Min(data.Length, PacketSize - HeaderSize);
            byte[] packet = new byte[HeaderSize + length];
            packet[0] = (byte)TdsMessageType.Result;
            packet[1] = (byte)(last && length == data.Length ? 1 : 0);
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
            packet[6] = id++;
            data[..length].CopyTo(packet.AsMemory(HeaderSize));
            await stream.WriteAsync(packet);
            data = data[length..];
        }
        while (data.Length > 0);
    }

    /// <summary>What is asked: the batch's text, the procedure's or its statement, the transaction's verb.</summary>
    public string Text()
    {
        ReadOnlySpan<byte> body = Data.AsSpan(BinaryPrimitives.ReadInt32LittleEndian(Data));
        return Type switch
        {
            TdsMessageType.Batch => Encoding.Unicode.GetString(body),
            TdsMessageType.Rpc => RpcText(body),
            TdsMessageType.Transaction => BinaryPrimitives.ReadInt16LittleEndian(body) switch
            {
                5 => TdsServer.BeginTransaction,
                7 => TdsServer.Commit,
                8 => body[2] == 0 ? TdsServer.Rollback : TdsServer.RollbackToSavepoint,
                9 => TdsServer.Savepoint,
                short other => $"transaction request {other}",
            },
            _ => throw new InvalidDataException($"A {Type} message has no text."),
        };
    }

    // sp_executesql, sp_prepexec and the like come by number; the first nvarchar parameter is the statement.
    private static string RpcText(ReadOnlySpan<byte> body)
    {
        ushort nameLength = BinaryPrimitives.ReadUInt16LittleEndian(body);
        if (nameLength != ushort.MaxValue) return Encoding.Unicode.GetString(body.Slice(2, nameLength * 2));

        short procedure = BinaryPrimitives.ReadInt16LittleEndian(body[2..]);
        if (procedure != 10) return $"procedure {procedure}";

        ReadOnlySpan<byte> parameter = body[6..];
        parameter = parameter[(1 + (parameter[0] * 2) + 1)..];
        bool isMax = BinaryPrimitives.ReadUInt16LittleEndian(parameter[1..]) == ushort.MaxValue;
        ReadOnlySpan<byte> value = parameter[8..];
        return isMax ? Chunks(value[8..]) : Encoding.Unicode.GetString(
            value.Slice(2, BinaryPrimitives.ReadUInt16LittleEndian(value)));
    }

    private static string Chunks(ReadOnlySpan<byte> chunks)
    {
        StringBuilder text = new();
        for (int length; (length = BinaryPrimitives.ReadInt32LittleEndian(chunks)) > 0; chunks = chunks[(4 + length)..])
        {
            text.Append(Encoding.Unicode.GetString(chunks.Slice(4, length)));
        }

        return text.ToString();
    }
}
