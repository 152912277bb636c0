namespace DbBreaker.Data;

/// <summary>What a statement does to the connection's transaction.</summary>
internal enum TransactionEffect : byte
{
    /// <summary>Nothing that concerns the transaction.</summary>
    None,

    /// <summary>Begins one.</summary>
    Begins,

    /// <summary>Ends it.</summary>
    Ends,

    /// <summary>Steps within it, as <c>ROLLBACK TO</c> does.</summary>
    Within,
}
