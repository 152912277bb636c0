using System.Security.Cryptography;

namespace DbBreaker.Fallback.Cache;

/// <summary>SHA-256 of everything that decides what rows a query gives and who may see them. Compared as a whole.
/// </summary>
internal sealed class CacheKey(byte[] hash)
{
    public const int Length = SHA256.HashSizeInBytes;

    public ReadOnlySpan<byte> Bytes => hash;

    /// <summary>The key under which a store keeps the entry.</summary>
    public string Text { get; } = "dbbreaker:" + Convert.ToHexStringLower(hash);

    public static CacheKey Of(ReadOnlySpan<byte> description) => new(SHA256.HashData(description));
}
