using System.Collections.Concurrent;

namespace DbBreaker.TestKit;

/// <summary>
/// The user names and passwords that the tests of this process use. Nothing that a guard tells may hold one, which
/// <see cref="EmissionScan"/> looks for. Thread-safe.
/// </summary>
public static class Secrets
{
    /// <summary>The user of the servers of this kit: a word that is in no text by chance.</summary>
    public const string User = "usr71c3nobodytells";

    /// <summary>The password of the servers of this kit.</summary>
    public const string Password = "pwd71c3nobodytells";

    // A short word is found everywhere, whoever wrote it.
    private const int ShortestScanned = 8;

    private static readonly ConcurrentDictionary<string, byte> Known = new() { [User] = 0, [Password] = 0 };

    /// <summary>All of them.</summary>
    public static IEnumerable<string> All => Known.Keys;

    /// <summary>Adds words that are to stay secret; those shorter than eight characters are left out.</summary>
    public static void Add(params IEnumerable<string?> words)
    {
        foreach (var word in words.OfType<string>().Where(word => word.Length >= ShortestScanned))
            Known[word] = 0;
    }
}
