using System.Text;

namespace DbBreaker.TestKit.Tds;

/// <summary>Writes the tokens of a server's answer (MS-TDS 2.2.7).</summary>
internal sealed class TdsTokens
{
    internal static readonly byte[] Collation = [0x09, 0x04, 0xD0, 0x00, 0x34];
    private static readonly byte[] TransactionId = [1, 0, 0, 0, 0, 0, 0, 0];

    private readonly MemoryStream _bytes = new();
    private readonly BinaryWriter _writer;

    public TdsTokens() => _writer = new BinaryWriter(_bytes, Encoding.Unicode);

    public ReadOnlyMemory<byte> Bytes => _bytes.ToArray();

    /// <summary>Version 16.0, encryption not supported, no instance, no MARS.</summary>
    public static byte[] PreLogin() =>
        [0, 0, 26, 0, 6, 1, 0, 32, 0, 1, 2, 0, 33, 0, 1, 3, 0, 34, 0, 0, 4, 0, 34, 0, 1, 0xFF,
         16, 0, 0x10, 0, 0, 0, 2, 0, 0];

    public TdsTokens LoginAck()
    {
        const string Program = "DbBreaker TDS";
        _writer.Write((byte)0xAD);
        _writer.Write((ushort)(1 + 4 + 1 + (Program.Length * 2) + 4));
        _writer.Write((byte)1);
        _writer.Write([0x74, 0, 0, 4]);
        Short(Program);
        _writer.Write([16, 0, 0x10, 0]);
        EnvironmentChange(1, Text("master"), Text("master"));
        EnvironmentChange(7, Collation, []);
        return EnvironmentChange(4, Text("4096"), Text("4096"));
    }

    public TdsTokens SessionReset() => EnvironmentChange(18, [], []);

    public TdsTokens TransactionBegun() => EnvironmentChange(8, TransactionId, []);

    public TdsTokens TransactionEnded(bool committed) =>
        EnvironmentChange((byte)(committed ? 9 : 10), [], TransactionId);

    public TdsTokens Error(TdsError error)
    {
        const string Server = "tds";
        _writer.Write((byte)0xAA);
        _writer.Write((ushort)(4 + 1 + 1 + 2 + (error.Message.Length * 2) + 1 + (Server.Length * 2) + 1 + 4));
        _writer.Write(error.Number);
        _writer.Write(error.State);
        _writer.Write(error.Severity);
        _writer.Write((ushort)error.Message.Length);
        _writer.Write(Encoding.Unicode.GetBytes(error.Message));
        Short(Server);
        Short("");
        _writer.Write(1);
        return this;
    }

    public TdsTokens Rows(TdsRows rows)
    {
        if (rows.Columns.Length == 0) return this;
        _writer.Write((byte)0x81);
        _writer.Write((ushort)rows.Columns.Length);
        for (int i = 0; i < rows.Columns.Length; i++)
        {
            _writer.Write(0);
            _writer.Write((ushort)1);
            TdsValue.WriteType(_writer, Sample(rows, i));
            Short(rows.Columns[i]);
        }

        foreach (object?[] row in rows.Values)
        {
            _writer.Write((byte)0xD1);
            for (int i = 0; i < row.Length; i++) TdsValue.Write(_writer, row[i], Sample(rows, i));
        }

        return this;
    }

    /// <summary>RETURNVALUE: an output parameter of type int.</summary>
    public TdsTokens ReturnValue(string parameter, int value)
    {
        _writer.Write((byte)0xAC);
        _writer.Write((ushort)0);
        Short(parameter);
        _writer.Write((byte)1);
        _writer.Write(0);
        _writer.Write((ushort)0);
        _writer.Write([0x26, 4, 4]);
        _writer.Write(value);
        return this;
    }

    /// <summary>DONE: 0x01 is more to come, 0x02 an error, 0x10 a row count, 0x20 the answer to an attention.</summary>
    public TdsTokens Done(ushort status, long rows = 0)
    {
        _writer.Write((byte)0xFD);
        _writer.Write(status);
        _writer.Write((ushort)((status & 0x10) != 0 ? 0xC1 : 0));
        _writer.Write(rows);
        return this;
    }

    private TdsTokens EnvironmentChange(byte type, byte[] now, byte[] before)
    {
        // Texts count characters, everything else bytes.
        bool isText = type is 1 or 4;
        _writer.Write((byte)0xE3);
        _writer.Write((ushort)(3 + now.Length + before.Length));
        _writer.Write(type);
        _writer.Write((byte)(isText ? now.Length / 2 : now.Length));
        _writer.Write(now);
        _writer.Write((byte)(isText ? before.Length / 2 : before.Length));
        _writer.Write(before);
        return this;
    }

    private static object? Sample(TdsRows rows, int column) =>
        rows.Types?[column] ?? rows.Values.Select(row => row[column]).FirstOrDefault(static value => value is not null);

    private void Short(string text)
    {
        _writer.Write((byte)text.Length);
        _writer.Write(Text(text));
    }

    private static byte[] Text(string text) => Encoding.Unicode.GetBytes(text);
}
