using System.Security.Cryptography;

namespace DbBreaker.Fallback.Cache;

/// <summary>SHA-256 of everything that decides what rows a query gives and who may see them. Compared as a whole.
/// </summary>
internal readonly struct CacheKey(byte[] hash)
{
    public const int Length = SHA256.HashSizeInBytes;

    public ReadOnlySpan<byte> Bytes => hash;

    /// <summary>The key under which a shared store keeps the entry.</summary>
    public override string ToString() => "dbbreaker:" + Convert.ToHexStringLower(hash);
}
