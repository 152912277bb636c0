namespace DbBreaker.Fallback.Cache;

/// <summary>One value of the row that was noted last, so that the caller's reading need not decode it again.</summary>
internal struct RowSlot
{
    /// <summary>Nothing is known; the driver has to be asked.</summary>
    public const byte Unknown = 0;

    /// <summary>The column is null in this row.</summary>
    public const byte Null = 255;

    /// <summary>The tag of the kind that is held, or one of the above.</summary>
    public byte Held;

    public long Bits;

    public decimal Decimal;

    public Guid Guid;

    public DateTime Time;

    public string? Text;
}
