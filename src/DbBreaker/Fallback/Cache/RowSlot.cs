using System.Buffers.Binary;
using System.Runtime.InteropServices;
using DbBreaker.Fallback.Cache.Values;

namespace DbBreaker.Fallback.Cache;

/// <summary>
/// One column's value in the row that the caller is at. What the caller takes is noted here as it passes, so that
/// nothing is decoded twice; what it leaves is read when it goes on. Values share their room: most are small.
/// </summary>
[StructLayout(LayoutKind.Explicit)]
internal struct RowSlot
{
    /// <summary>The caller has not taken it yet.</summary>
    public const byte Unknown = 0;

    /// <summary>The column is null in this row.</summary>
    public const byte Null = 255;

    [FieldOffset(0)]
    public long Bits;

    [FieldOffset(0)]
    public decimal Decimal;

    [FieldOffset(0)]
    public Guid Guid;

    [FieldOffset(0)]
    public DateTime Time;

    [FieldOffset(16)]
    public string? Text;

    /// <summary>The tag of the column's kind when its values fit in here; else 0.</summary>
    [FieldOffset(24)]
    public byte Tag;

    /// <summary>The same tag once the value is here, or one of the above.</summary>
    [FieldOffset(25)]
    public byte Held;

    /// <summary>Whether values of a kind fit into a slot.</summary>
    public static bool Fits(byte tag) => tag is 1 or 4 or 6 or 8 or 10 or 11 or 12 or 13 or 14 or 19;

    /// <summary>Reads the value from the driver, without a box, as the kind of its column.</summary>
    public void Take(System.Data.Common.DbDataReader reader, int ordinal)
    {
        switch (Tag)
        {
            case 1: Bits = reader.GetBoolean(ordinal) ? 1 : 0; break;
            case 4: Bits = reader.GetInt16(ordinal); break;
            case 6: Bits = reader.GetInt32(ordinal); break;
            case 8: Bits = reader.GetInt64(ordinal); break;
            case 10: Bits = BitConverter.SingleToInt32Bits(reader.GetFloat(ordinal)); break;
            case 11: Bits = BitConverter.DoubleToInt64Bits(reader.GetDouble(ordinal)); break;
            case 12: Decimal = reader.GetDecimal(ordinal); break;
            case 13: Guid = reader.GetGuid(ordinal); break;
            case 14: Time = reader.GetDateTime(ordinal); break;
            default: Text = reader.GetString(ordinal); break;
        }

        Held = Tag;
    }

    /// <summary>Notes what the caller took in a box.</summary>
    public void Take(object value)
    {
        switch (Tag)
        {
            case 0: return;
            case 1 when value is bool it: Bits = it ? 1 : 0; break;
            case 4 when value is short it: Bits = it; break;
            case 6 when value is int it: Bits = it; break;
            case 8 when value is long it: Bits = it; break;
            case 10 when value is float it: Bits = BitConverter.SingleToInt32Bits(it); break;
            case 11 when value is double it: Bits = BitConverter.DoubleToInt64Bits(it); break;
            case 12 when value is decimal it: Decimal = it; break;
            case 13 when value is Guid it: Guid = it; break;
            case 14 when value is DateTime it: Time = it; break;
            case 19 when value is string it: Text = it; break;
            default:
                if (value is DBNull) Held = Null;
                return;
        }

        Held = Tag;
    }

    /// <summary>Writes the value that is here, and forgets it. A tag and its number ask for room once: there are
    /// many.</summary>
    public void WriteTo(CacheWriter writer)
    {
        byte tag = Held;
        switch (tag)
        {
            case Null: writer.Byte(ValueCodec.Null); break;
            case 1: writer.Tagged(tag, 1)[0] = (byte)Bits; break;
            case 4: BinaryPrimitives.WriteInt16LittleEndian(writer.Tagged(tag, 2), (short)Bits); break;
            case 6 or 10: BinaryPrimitives.WriteInt32LittleEndian(writer.Tagged(tag, 4), (int)Bits); break;
            case 8 or 11: BinaryPrimitives.WriteInt64LittleEndian(writer.Tagged(tag, 8), Bits); break;
            case 12: ValueKinds.WriteDecimal(writer.Tagged(tag, 16), Decimal); break;
            case 13: Guid.TryWriteBytes(writer.Tagged(tag, 16)); break;
            case 14: ValueKinds.WriteDateTime(writer.Tagged(tag, 9), Time); break;
            default:
                writer.Byte(tag);
                writer.Text(Text);
                break;
        }

        Held = Unknown;
    }
}
